import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SnapshotFileError, loadSnapshot, saveSnapshot } from '../../../src/lists/snapshot-file.ts'
import type { LoadedSnapshot } from '../../../src/lists/snapshot-file.ts'
import { Matches } from '../../../src/policy/matches.ts'
import { PolicyReader } from '../../../src/policy/reader.ts'
import { SEED, build, keyOf, list, rule, slot } from '../../support/policy-fixture.ts'
import type { Entry } from '../../support/policy-fixture.ts'

const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)
const DIGESTS = { apt32: 'sha256:aa', config: 'sha256:bb' }
const CHECKSUM_BYTES = 32

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-snapshot-'))
  path = join(directory, 'policy.snapshot')
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function save(names = ['evil.test'], digests: Record<string, string> = DIGESTS): Promise<number> {
  const memory = slot()
  const entries = names.map((name): Entry => [name, 'subtree', 0])
  const { bytesUsed } = build(memory, [list(1)], [rule(0)], entries)
  await saveSnapshot(path, memory, bytesUsed, digests)
  return bytesUsed
}

function isEmpty(memory: SharedArrayBuffer): boolean {
  return !new PolicyReader(memory).attach()
}

/** Loads over a slot that already holds a snapshot, as a reload does. */
function load(expected: Record<string, string> | null = DIGESTS): {
  loaded: LoadedSnapshot
  memory: SharedArrayBuffer
} {
  const memory = slot()
  build(memory, [list(1)], [rule(0)], [['older.test', 'subtree', 0]])
  return { loaded: loadSnapshot(path, memory, expected), memory }
}

describe('the packed copy', () => {
  it('comes back as it was saved', async () => {
    const bytesUsed = await save(['evil.test', 'worse.test'])
    const { loaded, memory } = load()
    expect(loaded).toEqual({ ok: true, bytesUsed, digests: DIGESTS })
    const reader = new PolicyReader(memory)
    expect(reader.attach()).toBe(true)
    expect(reader.seed).toBe(SEED)
    const found = new Matches()
    expect([reader.match(keyOf('www.worse.test'), found), reader.match(keyOf('older.test'), found)]).toEqual([
      1, 0,
    ])
  })

  it('holds more than one piece', async () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `a-rather-long-name-${i}.evil-${i % 13}.test`)
    const bytesUsed = await save(names)
    expect(bytesUsed).toBeGreaterThan(1 << 20)
    const { loaded, memory } = load()
    expect(loaded.ok).toBe(true)
    const reader = new PolicyReader(memory)
    reader.attach()
    expect(reader.names).toBe(40_000)
    expect(names.every((name) => reader.match(keyOf(name), new Matches()) === 1)).toBe(true)
  })

  it('can be read by its owner alone and leaves nothing beside it', async () => {
    writeFileSync(`${path}.tmp`, 'left by a crash', { mode: 0o666 })
    await save()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['policy.snapshot'])
  })

  it('may be built over as soon as saving has begun', async () => {
    const memory = slot()
    const { bytesUsed } = build(memory, [list(1)], [rule(0)], [['evil.test', 'subtree', 0]])
    const saving = saveSnapshot(path, memory, bytesUsed, DIGESTS)
    new Uint8Array(memory).fill(0xff)
    await saving
    expect(load().loaded.ok).toBe(true)
  })

  it('keeps the older copy when writing fails', async () => {
    await save(['older.test'])
    mkdirSync(`${path}.tmp`)
    await expect(save()).rejects.toThrow(SnapshotFileError)
    expect(load().loaded.ok).toBe(true)
  })

  it('says which file could not be written', async () => {
    path = join(directory, 'missing', 'policy.snapshot')
    await expect(save()).rejects.toMatchObject({
      code: 'SINK_SNAPSHOT_FILE',
      message: expect.stringContaining(path),
    })
  })
})

describe('a packed copy that is refused', () => {
  it.each([
    ['is missing', 'missing', () => rmSync(path)],
    ['is a directory', 'unreadable', () => (rmSync(path), mkdirSync(path))],
    ['is empty', 'truncated', () => truncateSync(path, 0)],
    ['is something else', 'version', () => writeFileSync(path, 'evil.test\n'.repeat(50))],
    ['is of another version', 'version', () => damage((bytes) => bytes.writeUInt16LE(2, 6))],
    ['has a longer header than it says', 'checksum', () => damage((bytes) => bytes.writeUInt32LE(0xffffffff, 8))],
    ['has bytes behind its end', 'checksum', () => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]))],
    ['has another layout inside', 'layout', () => damage((bytes, start) => bytes.writeUInt32LE(99, start + 4), true)],
    ['holds no snapshot', 'layout', () => damage((bytes, start) => bytes.fill(0, start, start + 128), true)],
  ])('%s', async (_, code, ruin) => {
    await save()
    ruin()
    const { loaded, memory } = load(null)
    expect(loaded).toMatchObject({ ok: false, code, reason: expect.stringContaining(path) })
    expect(isEmpty(memory)).toBe(true)
  }) // prettier-ignore

  it('was made from other sources, unless the caller asks for it as it is', async () => {
    await save()
    for (const digests of [
      {},
      { ...DIGESTS, apt32: 'sha256:cc' },
      { ...DIGESTS, more: 'x' },
      { apt32: 'sha256:aa' },
    ]) {
      expect(load(digests as Record<string, string>).loaded).toMatchObject({ ok: false, code: 'digests' })
    }
    expect(load(null).loaded).toMatchObject({ ok: true, digests: DIGESTS })
  })

  it('does not fit the slot', async () => {
    await save(Array.from({ length: 1000 }, (_, i) => `h${i}.test`))
    const memory = slot(4096)
    expect(loadSnapshot(path, memory, DIGESTS)).toMatchObject({ ok: false, code: 'too-large' })
  })

  it('is cut short anywhere', async () => {
    await save(Array.from({ length: 200 }, (_, i) => `h${i}.evil.test`))
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
      writeFileSync(path, whole.subarray(0, length))
      const { loaded, memory } = load(null)
      expect(loaded, `${length} bytes`).toMatchObject({ ok: false, code: 'truncated' })
      expect(isEmpty(memory)).toBe(true)
    }
  })

  it('has a bit turned anywhere', async () => {
    await save(['evil.test', 'worse.test'])
    const whole = readFileSync(path)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), (at, bit) => {
        const turned = Buffer.from(whole)
        turned[at]! ^= 1 << bit
        writeFileSync(path, turned)
        const { loaded, memory } = load(null)
        expect(loaded.ok).toBe(false)
        expect(isEmpty(memory)).toBe(true)
      }),
      { numRuns: 300 * FUZZ },
    )
  })
})

it('a copy that may not be read is refused with the reason', async () => {
  await save()
  chmodSync(path, 0)
  const { loaded } = load(null)
  // Root reads everything.
  if (process.getuid?.() === 0) expect(loaded.ok).toBe(true)
  else expect(loaded).toMatchObject({ ok: false, code: 'unreadable' })
  expect(existsSync(path)).toBe(true)
})

/** Changes the file in place; with a new checksum where the damage is to lie deeper. `start`: of the slot's bytes. */
function damage(change: (bytes: Buffer, start: number) => void, isResealed = false): void {
  const bytes = readFileSync(path)
  change(bytes, 12 + bytes.readUInt32LE(8))
  const end = bytes.length - CHECKSUM_BYTES
  if (isResealed) createHash('sha256').update(bytes.subarray(0, end)).digest().copy(bytes, end)
  writeFileSync(path, bytes)
}
