/**
 * What alerts are written in, against readers made from the standards alone: whatever a network puts into a host name or
 * a name asked for, it comes out as text in its field, and nothing else.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { subjectOf, type Subject } from '../../src/alerts/alert.ts'
import { cefOf, escapeHeader, escapeValue } from '../../src/alerts/cef.ts'
import { cleanText, cutText } from '../../src/alerts/clean-text.ts'
import { mailOf } from '../../src/alerts/mail-message.ts'
import { composeMessage, contentOf, foldInto, type Message } from '../../src/alerts/message.ts'
import { headerText, quotePrintable } from '../../src/alerts/quoted-printable.ts'
import { stuffDots } from '../../src/alerts/smtp-connection.ts'
import { NoReply, ReplyReader } from '../../src/alerts/smtp-replies.ts'
import { syslogLine } from '../../src/alerts/syslog-line.ts'
import {
  readCef,
  readEncodedWords,
  readMail,
  readQuotedPrintable,
  readSyslog,
} from '../support/alert-formats.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 300)
const NOON = Date.UTC(2026, 10, 21, 12)

/** Text a machine may give itself for a name: anything, with what ends lines and fields more often than chance. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('\r\n', '\n', '\r', '\0', '|', '=', '\\', '"', ']', '[', '.', ' ', '\t', '=?utf-8?q?', '?=', '\u202e', '\u2028', '\ud800', '\ufeff', 'cs1=x', '\r\nBcc: a@b.example', '\r\n.\r\nMAIL FROM:<x>', 'é', 'ệ', '漢', '😀'), // prettier-ignore
        fc.string({ maxLength: 8 }),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
)
/** Without half characters, which no encoding has. */
const text = hostile.map((one) => one.toWellFormed())

const subject: fc.Arbitrary<Subject> = fc
  .record({
    hostName: hostile,
    address: fc.oneof(fc.ipV4(), fc.ipV6(), hostile),
    indicator: fc.oneof(fc.domain(), hostile),
    unit: hostile,
    unitName: hostile,
    campaign: hostile,
    document: hostile,
    list: hostile,
    reason: hostile,
    caseId: fc.nat(),
  })
  .map(subjectOf)

function messageOf(...subjects: readonly Subject[]): Message {
  const [first, ...others] = subjects.map(
    (one) =>
      ({ kind: 'case-new', atMs: NOON, event: 1, state: null, key: 'client:1', subject: one }) as const,
  )
  const content = others.reduce(foldInto, contentOf(first!))
  return composeMessage(content, { id: '0123456789abcdef-1', server: 'dns1', detail: 'full' })
}

describe('clean text', () => {
  it('is one line, well-formed, within its bound, and clean already', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 300 }), (given, maxOctets) => {
        const cleaned = cleanText(given, maxOctets)
        expect(cleaned).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(cleaned.isWellFormed()).toBe(true)
        expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(maxOctets)
        expect(cleanText(cleaned, maxOctets)).toBe(cleaned.trim())
      }),
      { numRuns },
    )
  })

  it('is cut between characters only', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (given, maxOctets) => {
        const cut = cutText(given, maxOctets)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxOctets)
        expect(cut === given || given.startsWith(cut.replace(/…$/, ''))).toBe(true)
        expect(cut.isWellFormed()).toBe(true)
      }),
      { numRuns },
    )
  })
})

describe('CEF', () => {
  it('gives back every header and value that is escaped', () => {
    fc.assert(
      fc.property(text, text, text, (name, one, two) => {
        const line = `CEF:0|v|p|1|id|${escapeHeader(name)}|5|first=${escapeValue(one)} second=${escapeValue(two)}`
        const read = readCef(line)
        expect(read.header[5]).toBe(name.replace(/[\r\n]+/g, ' '))
        expect(read.extension).toEqual({ first: one, second: two })
        expect(line).not.toMatch(/[\r\n]/)
      }),
      { numRuns },
    )
  })

  it('of any subject has its fields and no others, within any bound', () => {
    fc.assert(
      fc.property(subject, fc.integer({ min: 200, max: 8000 }), (about, maxOctets) => {
        const line = cefOf(messageOf(about), '1.0', maxOctets)
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxOctets)
        const { header, extension } = readCef(line)
        expect(header).toHaveLength(7)
        const known = ['rt', 'externalId', 'cat', 'cnt', 'deviceExternalId', 'src', 'c6a2', 'c6a2Label', 'shost', 'dhost', 'msg', ...['cs1', 'cs2', 'cs3', 'cs4', 'cs5', 'cs6', 'cn1'].flatMap((key) => [key, `${key}Label`])] // prettier-ignore
        expect(Object.keys(extension).filter((key) => !known.includes(key))).toEqual([])
        const expected = { shost: about.hostName, cs1: about.campaign, cs2: about.document, cs3: about.unit, cs4: about.list, cs5: about.indicator, cs6: about.reason } // prettier-ignore
        for (const [key, value] of Object.entries(expected))
          if (extension[key] !== undefined) expect(extension[key]).toBe(value)
        if (maxOctets > 7500) expect(extension['shost'] ?? null).toBe(about.hostName)
      }),
      { numRuns },
    )
  })
})

describe('syslog', () => {
  it('gives back everything that is put in', () => {
    const word = fc.stringMatching(/^[!-~]{1,40}$/)
    fc.assert(
      fc.property(word, text, text, fc.nat(23), fc.nat(7), (hostName, software, body, facility, severity) => {
        const line = syslogLine({
          facility,
          severity,
          atMs: NOON,
          hostName,
          appName: 'thanhloc',
          processId: '1',
          messageId: 'case-new',
          data: { origin: { software, swVersion: '1' }, meta: {} },
          text: body,
        })
        expect(readSyslog(line)).toEqual({
          facility,
          severity,
          time: '2026-11-21T12:00:00.000Z',
          hostName,
          appName: 'thanhloc',
          processId: '1',
          messageId: 'case-new',
          data: { origin: { software, swVersion: '1' }, meta: {} },
          text: body,
        })
      }),
      { numRuns },
    )
  })

  it('takes any host name for a word, and an empty one for none', () => {
    fc.assert(
      fc.property(hostile, (hostName) => {
        const line = syslogLine({ facility: 1, severity: 1, atMs: NOON, hostName, appName: '', processId: '', messageId: '', data: {}, text: 'x' }) // prettier-ignore
        expect(readSyslog(line)).toMatchObject({ appName: '-', processId: '-', data: {}, text: 'x' })
      }),
      { numRuns },
    )
  })
})

describe('mail', () => {
  it('quoted-printable gives back any text', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(readQuotedPrintable(quotePrintable(given))).toBe(given.replace(/\r(?=\n|$)/g, ''))
      }),
      { numRuns },
    )
  })

  it('a header gives back any text, and ends where it should', () => {
    fc.assert(
      fc.property(text, (given) => {
        const written = `Subject: ${headerText(given)}`
        expect(written).not.toMatch(/\r\n(?! )|(?<!\r)\n|\r(?!\n)|[^\x00-\x7f]/)
        for (const line of written.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76)
        expect(readEncodedWords(written.slice(9).replaceAll('\r\n ', ' '))).toBe(given)
      }),
      { numRuns },
    )
  })

  it('about anything has the headers it should and the text in its body', () => {
    fc.assert(
      fc.property(fc.array(subject, { minLength: 1, maxLength: 4 }), (subjects) => {
        const message = messageOf(...subjects)
        const envelope = { from: 'thanhloc@so.example', to: ['a@so.example', 'b@so.example'], nowMs: NOON }
        const { headers, body } = readMail(mailOf(message, envelope))
        expect(Object.keys(headers)).toEqual(['from', 'to', 'subject', 'date', 'message-id', 'auto-submitted', 'thanhloc-kind', 'thanhloc-severity', 'mime-version', 'content-type', 'content-transfer-encoding']) // prettier-ignore
        expect(headers['subject']).toBe(`[Thanh Lọc] ${message.title.vi}`)
        expect(headers['to']).toBe('a@so.example, b@so.example')
        expect(Date.parse(headers['date']!)).toBe(NOON)
        expect(body).toContain(message.text.vi)
        expect(body).toContain(message.text.en)
        for (const { hostName } of subjects) if (hostName !== null) expect(body).toContain(hostName)
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    )
  })
})

describe('SMTP', () => {
  /** What a server makes of what follows DATA: RFC 5321 §4.5.2, line by line. */
  function received(stream: string): { readonly lines: string[]; readonly rest: string } {
    const lines: string[] = []
    for (let at = 0; ;) {
      const end = stream.indexOf('\r\n', at)
      if (end < 0) throw new Error('the message does not end')
      const line = stream.slice(at, end)
      at = end + 2
      if (line === '.') return { lines, rest: stream.slice(at) }
      lines.push(line.startsWith('.') ? line.slice(1) : line)
    }
  }

  it('stuffed dots give back every line, and only the last one ends it', () => {
    const line = fc.oneof(
      fc.constantFrom('', '.', '..', '.x', 'MAIL FROM:<x>'),
      fc.stringMatching(/^[ -~]{0,20}$/),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.boolean(), (lines, isEnded) => {
        const given = lines.join('\r\n') + (isEnded && lines.length > 0 ? '\r\n' : '')
        const { lines: read, rest } = received(stuffDots(given))
        const expected = given === '' ? [] : given.replace(/\r\n$/, '').split('\r\n')
        expect(read).toEqual(expected)
        expect(rest).toBe('')
      }),
      { numRuns },
    )
  })

  it('replies are the same in whatever pieces they come', () => {
    const reply = fc.record({
      code: fc.integer({ min: 200, max: 599 }),
      lines: fc.array(fc.stringMatching(/^[ -~]{0,30}$/), { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 8 }), fc.array(fc.nat(400)), fc.boolean(), (replies, cuts, isBare) => {
        const stream = Buffer.from(
          replies
            .flatMap(({ code, lines }) => lines.map((line, index) => `${code}${index < lines.length - 1 ? '-' : ' '}${line}${isBare ? '\n' : '\r\n'}`))
            .join(''),
        )
        const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).toSorted((a, b) => a - b), stream.length]
        const reader = new ReplyReader()
        const read = places.slice(1).flatMap((end, index) => reader.read(stream.subarray(places[index], end)))
        expect(read).toEqual(replies)
        expect(reader.isWithin).toBe(false)
      }),
      { numRuns },
    )
  }) // prettier-ignore

  it('any octets are replies or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
        const reader = new ReplyReader()
        try {
          for (const chunk of chunks)
            for (const { code } of reader.read(Buffer.from(chunk))) expect(code).toBeGreaterThan(199)
        } catch (error) {
          expect(error).toBeInstanceOf(NoReply)
        }
      }),
      { numRuns },
    )
  })
})
