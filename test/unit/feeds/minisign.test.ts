/** Signatures made by minisign 0.11 over a list, in both forms, and what was changed about them. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readKey, readSignature, verifySignature, type Signed } from '../../../src/feeds/minisign.ts'

const LIST = 'evil.vn\nbad.vn\n'
const KEY = 'RWQbqYMiQevQ2bJy4Oh1mUd7Np8YGr+z/b4VJmjiC114dPO2XAVRhJYB'
const PREHASHED = `untrusted comment: untrusted
RUQbqYMiQevQ2QTkPsMWvdDv5iFnCv6SyDfZU0mUgRE65fZnfMxeELw6zOhIwCUHmwW5Yj6kpx7cBVHBg8UjdevAdBHiuzV1rw8=
trusted comment: timestamp:1795132800	file:list.txt	danh sách tháng 11
PCQxaHzmtxcR29DaNTmHkYnh4zwD+VSe5lLp6wzR658fFGlDOoWNVGfJf5+36jckzQ97cBowcboVEhQ1XhoSAw==
`
const OLD = `untrusted comment: signature from minisign secret key
RWQbqYMiQevQ2SgG7Bw/3vg0EqJW+/N++vFtruF1LBHE72dL0jztzSUrUtWlWdJpzFeHn4ZxtSqErW0JiIClpr333th+hfMuPg4=
trusted comment: no time
1dRr+nNy1BnO0QtrtzJcktBh4EdBdnk2L9zatSSUiANJSkRyazkkDTkar9D6yZxD/lxIiP1cun7IX49ACJ5HAg==
`

const directory = mkdtempSync(join(tmpdir(), 'thanhloc-minisign-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function verify(signature: string, list = LIST, key = KEY): Promise<Signed> {
  const path = join(directory, 'list')
  writeFileSync(path, list)
  const blake2b = createHash('blake2b512').update(list).digest()
  return verifySignature(readSignature(Buffer.from(signature)), readKey(key), path, blake2b)
}

describe('minisign', () => {
  it('takes a good signature of either form, and tells its trusted comment', async () => {
    expect(await verify(PREHASHED)).toEqual({
      trustedComment: 'timestamp:1795132800 file:list.txt danh sách tháng 11',
      signedAtMs: 1795132800_000,
    })
    expect(await verify(OLD)).toEqual({ trustedComment: 'no time', signedAtMs: null })
    expect(await verify(PREHASHED.replaceAll('\n', '\r\n'))).toBeDefined()
    expect(readKey(KEY).id).toBe('D9D0EB412283A91B')
  })

  it.each([
    ['another list', PREHASHED, `${LIST}x.vn\n`, /^its signature is wrong$/],
    ['another list, older form', OLD, `${LIST}x.vn\n`, /^its signature is wrong$/],
    ['the one form called the other', PREHASHED.replace('RUQb', 'RWQb'), LIST, /^its signature is wrong$/],
    ['another comment', PREHASHED.replace('tháng 11', 'tháng 12'), LIST, /trusted comment is wrong$/],
    ['the comment of another signature', OLD.replace(/trusted comment: no[^]*/, PREHASHED.split('\n').slice(2).join('\n')), LIST, /trusted comment is wrong$/],
    ['another key id', PREHASHED.replace('RUQbqY', 'RUQbqZ'), LIST, /^it is signed by key D9D0EB41229\w+, and D9D0EB412283A91B/],
  ])('refuses %s', async (_, signature, list, reason) => {
    await expect(verify(signature, list)).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(reason) as string })
  }) // prettier-ignore

  it.each([
    ['', 'nothing'],
    ['<html>', 'a page'],
    [PREHASHED.replace('RUQb', 'WFhb'), 'an unknown algorithm'],
    [PREHASHED.slice(0, -20), 'one that is cut off'],
    [PREHASHED.replace('trusted comment: t', 'comment: t'), 'one without trusted comment'],
    [PREHASHED.replace('RUQ', 'R!Q'), 'one that is no base64'],
  ])('knows what is no signature: %#', (text) => {
    expect(() => readSignature(Buffer.from(text))).toThrow('none of minisign')
  })

  it('does not take a whole large file into memory for the older form', async () => {
    const path = join(directory, 'large')
    writeFileSync(path, '')
    truncateSync(path, (64 << 20) + 1)
    const signature = readSignature(Buffer.from(OLD))
    await expect(verifySignature(signature, readKey(KEY), path, Buffer.alloc(64))).rejects.toThrow(
      'sign it prehashed',
    )
  })

  it('knows what is no key', () => {
    for (const text of ['', 'RWQ', KEY.slice(0, -4), KEY.replace('RWQ', 'RUQ')])
      expect(() => readKey(text)).toThrow('no public key')
  })
})
