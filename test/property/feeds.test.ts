/** What a publisher may send, in whatever pieces: nothing of it is believed unread, and nothing is larger than allowed. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { copyBounded } from '../../src/feeds/bounded-copy.ts'
import { checksumOf } from '../../src/feeds/checksum.ts'
import { FeedError } from '../../src/feeds/feed-error.ts'
import { codingOf, retryAfterMs } from '../../src/feeds/header-text.ts'
import { doubt } from '../../src/feeds/inspect.ts'
import { readKey, readSignature, verifySignature } from '../../src/feeds/minisign.ts'
import { follow } from '../../src/feeds/request.ts'
import { MinisignSigner } from '../support/minisign.ts'

const directory = mkdtempSync(join(tmpdir(), 'thanhloc-feeds-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const path = join(directory, 'copy')

const PACK = {
  identity: (bytes: Uint8Array) => Buffer.from(bytes),
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  br: (bytes: Uint8Array) => brotliCompressSync(bytes),
  zstd: (bytes: Uint8Array) => zstdCompressSync(bytes),
}
const coding = fc.constantFrom(...(['identity', 'gzip', 'br', 'zstd'] as const))

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** What came of it; the file is gone afterwards. */
async function copy(bytes: Buffer, sizes: readonly number[], how: keyof typeof PACK, maxBytes: number) {
  rmSync(path, { force: true })
  const signal = new AbortController().signal
  const source = Readable.from(cut(bytes, sizes), { objectMode: false })
  try {
    return { copied: await copyBounded(source, path, { coding: how, maxBytes, signal }), error: null }
  } catch (error) {
    return { copied: null, error: error as Error }
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 })
const body = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(9000))
  // Packs well, so that what unpacks to too much is often small enough on the way.
  .map(([part, length]) => Buffer.alloc(length, part))

describe('a body', () => {
  it('is the same in whatever pieces it comes and however it is packed, or is refused for its size', () =>
    fc.assert(
      fc.asyncProperty(body, sizes, coding, fc.integer({ min: 0, max: 9000 }), async (content, pieces, how, maxBytes) => {
        const packed = PACK[how](content)
        const { copied, error } = await copy(packed, pieces, how, maxBytes)
        if (Math.max(content.length, packed.length) <= maxBytes) {
          expect(error).toBeNull()
          expect(readFileSync(path).equals(content)).toBe(true)
          expect(copied).toMatchObject({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') })
        } else {
          expect(error).toBeInstanceOf(FeedError)
          expect((error as FeedError).kind).toBe('refused')
          expect(readFileSync(path).length).toBeLessThanOrEqual(maxBytes)
        }
      }),
      { numRuns: 60 },
    ))

  it('that is cut off is an error, never a shorter list', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 50, maxLength: 400 }), fc.constantFrom('gzip', 'br', 'zstd'), fc.double({ min: 0.05, max: 0.95, noNaN: true }), async (content, how, share) => {
        const packed = PACK[how as 'gzip'](content)
        const { error } = await copy(packed.subarray(0, Math.floor(packed.length * share)), [1000], how, 1 << 20)
        expect(error).not.toBeNull()
      }),
      { numRuns: 40 },
    ))
}) // prettier-ignore

describe('signatures', () => {
  const signer = new MinisignSigner()
  const key = readKey(signer.publicKey)
  const comment = fc.string({ maxLength: 60, unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text))
  const form = fc.constantFrom('ED' as const, 'Ed' as const)
  const verify = async (signature: Uint8Array, content: Uint8Array) => {
    writeFileSync(path, content)
    const blake2b = createHash('blake2b512').update(content).digest()
    return verifySignature(readSignature(signature), key, path, blake2b)
  }

  it('hold for what was signed', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), comment, form, async (content, text, how) => {
        const signature = Buffer.from(signer.sign(Buffer.from(content), text, how))
        await expect(verify(signature, content)).resolves.toMatchObject({ trustedComment: expect.any(String) as string })
      }),
      { numRuns: 50 },
    )) // prettier-ignore

  it('hold for nothing else: one octet of content or signature changed is refused', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), comment, form, fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (content, text, how, isContent, at, by) => {
        const signature = Buffer.from(signer.sign(Buffer.from(content), text, how))
        const changed = isContent ? content : signature
        const untrusted = 'untrusted comment: '.length
        // The untrusted comment is anybody's, as is how a line ends.
        const place = isContent ? at % content.length : signature.indexOf('\n') + 1 + (at % (signature.length - signature.indexOf('\n') - 2))
        expect(place).toBeGreaterThanOrEqual(isContent ? 0 : untrusted)
        const before = changed[place]!
        changed[place] = before ^ by
        let isTaken = false
        try {
          await verify(signature, content)
          isTaken = true
        } catch (error) {
          expect(error).toBeInstanceOf(FeedError)
        }
        // Bits of base64 that stand for nothing.
        if (isTaken) expect(String.fromCharCode(changed[place + 1] ?? 10, before)).toMatch(/[=\n]/)
      }),
      { numRuns: 300 },
    )) // prettier-ignore

  it('are read from anything without another error', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          readSignature(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(FeedError)
        }
      }),
    ))
})

describe('texts', () => {
  it('a checksum stands in the file it is taken from', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[0-9a-fA-F]{62,66}$/), fc.stringMatching(/^ ?[ *]?[a-z./]{0,8}$/))), fc.stringMatching(/^[a-z.]{1,6}$/), (lines, name) => {
        const text = lines.map((line) => line.join('')).join('\n')
        try {
          const sum = checksumOf(text, name)
          expect(sum).toMatch(/^[0-9a-f]{64}$/)
          expect(text.toLowerCase()).toContain(sum)
        } catch (error) {
          expect(error).toBeInstanceOf(FeedError)
        }
      }),
    )) // prettier-ignore

  it('headers of any text are read', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([null, 'identity', 'gzip', 'br', 'zstd']).toContain(codingOf({ 'content-encoding': text }))
        const ms = retryAfterMs({ 'retry-after': text }, 0)
        expect(ms === null || ms >= 0).toBe(true)
      }),
    ))

  it('no redirect leads from https into the clear', () =>
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ validSchemes: ['http', 'https'] }), fc.string()), fc.boolean(), (location, allowHttp) => {
        try {
          expect(follow(new URL('https://a.vn/x'), location, { allowHttp, signature: null }).protocol).toBe('https:')
        } catch (error) {
          expect(error).toBeInstanceOf(FeedError)
        }
      }),
    )) // prettier-ignore

  it('a version within its bounds is taken, and one that was refused is so however much smaller or larger it is', () =>
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100), fc.integer({ min: 100, max: 1000 }), (before, entries, leastPercent, mostPercent) => {
        const shares = { leastPercent, mostPercent }
        const isTaken = (count: number): boolean => doubt({ entries: count, lines: count, refused: 0, notEnforceable: 0 }, before, shares) === null
        if (entries > 0 && entries * 100 >= before * leastPercent && (entries < before + 1000 || entries * 100 <= before * mostPercent)) expect(isTaken(entries)).toBe(true)
        if (entries < before && !isTaken(entries)) expect(isTaken(Math.floor(entries / 2))).toBe(false)
        if (entries > before && !isTaken(entries)) expect(isTaken(entries * 2)).toBe(false)
      }),
    )) // prettier-ignore
})
