/** Whatever comes to the sinkhole: it is read without an error, and what is shown of it is no HTML. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readClientHello } from '../../src/notice/client-hello.ts'
import { evidenceText } from '../../src/notice/evidence-text.ts'
import { escapeHtml } from '../../src/notice/html.ts'
import { hasEmptyLine, readRequestHead } from '../../src/notice/http-request.ts'
import { LetterLines } from '../../src/notice/letter-lines.ts'
import { noticePage } from '../../src/notice/notice-page.ts'
import { checkPage } from '../../src/notice/check-page.ts'
import { readReference, referenceOf } from '../../src/notice/reference.ts'
import { alpn, madeHello, serverName, versions } from '../support/client-hello.ts'

const hostName = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,60}[a-z0-9]$/)
const junk = fc.uint8Array({ maxLength: 400 })

describe('a ClientHello', () => {
  const made = fc.record({
    name: hostName,
    recordBytes: fc.integer({ min: 1, max: 600 }),
    extensions: fc.array(fc.tuple(fc.integer({ min: 60, max: 0xffff }), junk), { maxLength: 6 }),
  })
  const bytesOf = ({ name, recordBytes, extensions }: { name: string; recordBytes: number; extensions: [number, Uint8Array][] }) =>
    madeHello({ recordBytes, extensions: [...extensions, [16, alpn('h2')], [0, serverName(name)], [43, versions(0x0304)]] }) // prettier-ignore

  it('is read however it is cut', () => {
    fc.assert(
      fc.property(made, (parts) => {
        const bytes = bytesOf(parts)
        expect(readClientHello(bytes)).toMatchObject({ serverName: parts.name, protocols: ['h2'], offersTls13: true }) // prettier-ignore
        for (const length of [0, 1, 5, bytes.length >> 1, bytes.length - 1])
          expect(readClientHello(bytes.subarray(0, length))).toBe('more')
      }),
    )
  })

  it('damaged anywhere is read without an error, and no byte behind its end', () => {
    fc.assert(
      fc.property(made, fc.nat(), fc.nat(255), fc.nat(), (parts, at, value, cut) => {
        const bytes = bytesOf(parts)
        bytes[at % bytes.length] = value
        const length = cut % (bytes.length + 1)
        // Proxied, so that a look behind the end is seen.
        const seen = new Proxy(bytes.subarray(0, length), {
          get(target, key) {
            if (typeof key === 'string' && /^\d+$/.test(key) && Number(key) >= length) throw new Error('read behind the end') // prettier-ignore
            const found = Reflect.get(target, key, target) as unknown
            return typeof found === 'function' ? found.bind(target) : found
          },
        })
        expect(() => readClientHello(seen)).not.toThrow()
      }),
    )
  })

  it('of any bytes is read without an error', () => {
    fc.assert(
      fc.property(junk, (bytes) => {
        readClientHello(bytes)
        readClientHello(Buffer.concat([Uint8Array.of(22, 3, 1), bytes]))
      }),
    )
  })
})

describe('a request', () => {
  it('whose first line has come is whole when an empty line comes, and not before', () => {
    const piece = fc.constantFrom('\n', '\r', 'a', '\n\n', '\r\n', 'Host: a')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let held = 'GET / HTTP/1.1\r\n'
        for (const more of pieces) {
          const from = held.length
          held += more
          const isWhole = readRequestHead(Buffer.from(held)) !== 'more'
          expect(hasEmptyLine(Buffer.from(held), from)).toBe(isWhole)
          if (isWhole) break
        }
      }),
    )
  })

  it('of any bytes is read without an error', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.constantFrom('GET / HTTP/1.1', 'Host: a', '', 'POST http://'),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), junk, fc.boolean(), (lines, bytes, isAll) => {
        readRequestHead(bytes, isAll)
        const text = Buffer.concat([Buffer.from(lines.join('\r\n')), bytes])
        const read = readRequestHead(text, isAll)
        if (typeof read !== 'string') expect(read.length).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  it('comes to the same read at once and after it was waited for', () => {
    fc.assert(
      fc.property(hostName, fc.stringMatching(/^\/[a-z0-9/._-]{0,40}$/), (host, path) => {
        const text = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
        expect(readRequestHead(text)).toMatchObject({ host: host.replace(/\.$/, ''), path })
        for (let length = 1; length < text.length; length++)
          expect(readRequestHead(text.subarray(0, length))).toBe('more')
      }),
      { numRuns: 30 },
    )
  })
})

describe('what is shown of it', () => {
  const speaker = { organisation: '', unit: '', contact: '' }
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('<', '>', '"', "'", '&', '`', '\u202e', '\0', '\n'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), maxLength: 60 }) // prettier-ignore
  /** The page with each piece of a known text taken out: all of its tags are its own. */
  const tagsOf = (page: string): string[] => page.match(/<[^>]*>/g) ?? []

  it('stands in a page as text, never as a tag or an attribute', () => {
    const empty = noticePage({ speaker, host: 'x', reference: 'R', atMs: 0 })
    fc.assert(
      fc.property(text, (host) => {
        const page = noticePage({ speaker, host: evidenceText(host, 253), reference: 'R', atMs: 0 })
        if (evidenceText(host, 253) === '') return
        const value = `value="${escapeHtml(evidenceText(host, 253))}"`
        expect(page).toContain(value)
        expect(tagsOf(page.replace(value, () => 'value="x"'))).toEqual(tagsOf(empty))
      }),
    )
    fc.assert(
      fc.property(text, (name) => {
        const view = { client: '10.0.0.1', checked: null }
        const page = checkPage({ ...view, speaker: { organisation: name, unit: name, contact: name } })
        const plain = checkPage({ ...view, speaker: { organisation: 'x', unit: 'x', contact: 'x' } })
        if (name !== '') expect(tagsOf(page)).toEqual(tagsOf(plain))
      }),
    )
  })

  it('has no control character, no mark that turns it round, and its bound', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (any, most) => {
        const fit = evidenceText(any, most)
        expect(fit.length).toBeLessThanOrEqual(most)
        expect(fit).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(fit.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('letters and references', () => {
  it('lines come out as they went in, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).filter((line) => !line.includes('\n') && line.isWellFormed()), { maxLength: 8 }), fc.array(fc.nat(20), { minLength: 1, maxLength: 40 }), (sent, cuts) => {
        const bytes = Buffer.from(sent.map((line) => `${line}\n`).join(''))
        const lines = new LetterLines(1000)
        const got: string[] = []
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length]! + 1
          got.push(...lines.push(bytes.subarray(at, at + size)))
          at += size
        }
        expect(got).toEqual(sent)
      }),
    ) // prettier-ignore
  })

  it('a reference leads back to its minute and client', () => {
    const time = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2080, 0, 1) })
    fc.assert(
      fc.property(fc.ipV4(), time, (client, atMs) => {
        const reference = readReference(referenceOf(client, atMs))!
        expect(reference.fromMs <= atMs && atMs < reference.untilMs && reference.matches(client)).toBe(true)
      }),
    )
  })
})
