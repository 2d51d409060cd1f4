/** Whatever is done to indicators on their way into a document, they come out as they were, or are held; nothing else does. */
import fc from 'fast-check'
import { domainToASCII } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Budget, DEFAULT_LIMITS, DocumentError } from '../../src/documents/limits.ts'
import { readDocument } from '../../src/documents/read.ts'
import { ImportError } from '../../src/imports/propose.ts'
import { AnnexReader } from '../../src/indicators/annex-reader.ts'
import { classify } from '../../src/indicators/classify.ts'
import { NOWHERE, readPassage, readPlainWord, type Setting } from '../../src/indicators/passage.ts'
import { plainWord } from '../../src/indicators/plain-word.ts'
import { ProposalBuilder } from '../../src/indicators/proposal.ts'
import { refang } from '../../src/indicators/refang.ts'
import { wordsOf } from '../../src/indicators/words.ts'
import { docx, paragraph, table, xlsx } from '../support/office-documents.ts'
import { NOW_MS, proposalOf } from '../support/proposals.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const letters = (from: string, least: number, most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...Array.from(from)), { minLength: least, maxLength: most })
    .map((all) => all.join(''))

/** A label no word of ours looks like: it begins with q. */
const label = fc.tuple(letters(LETTERS + DIGITS, 2, 12), fc.boolean(), letters(LETTERS, 2, 5)).map(([first, hasHyphen, last]) => `q${first}${hasHyphen ? `-${last}` : ''}`) // prettier-ignore
const top = fc.constantFrom(
  'com',
  'net',
  'vn',
  'com.vn',
  'org',
  'xyz',
  'top',
  'info',
  'cc',
  'ru',
  'io',
  'site',
)
const name = fc.tuple(fc.array(label, { minLength: 1, maxLength: 3 }), top).map(([labels, last]) => `${labels.join('.')}.${last}`) // prettier-ignore
const address = fc.tuple(fc.constantFrom(45, 91, 185, 203), fc.nat(255), fc.nat(255), fc.nat(255)).map((all) => all.join('.')) // prettier-ignore
const vietnamese = fc.tuple(fc.constantFrom('cốccốc', 'ngânhàng', 'điệntử', 'shopgcaothụ'), letters(LETTERS, 3, 5)).map(([word, more]) => `${word}${more}.vn`) // prettier-ignore

/** MD5, SHA-1, SHA-256, SHA-512. */
const hash = fc
  .constantFrom(32, 40, 64, 128)
  .chain((length) => fc.tuple(letters('0123456789abcdef', length, length), fc.boolean()))
  .map(([text, isUpper]) => (isUpper ? text.toUpperCase() : text))

const DOTS = ['.', '[.]', '(.)', '{.}', '[dot]', '(dot)', ' [.] ', '[.', '.]', '．', '。', ' dot ']
/** A full stop written as a word is not cut in two. */
const SIGNS = DOTS.filter((dot) => dot !== ' dot ')
const DIRT = ['\u200b', '\u00ad', '\u200e', '\ufeff', '\u2060']

/** `text` with its full stops written in some way each, and marks nobody sees in it. */
function defanged(
  text: fc.Arbitrary<string>,
  all: readonly string[] = DOTS,
): fc.Arbitrary<{ readonly text: string; readonly value: string }> {
  const dirt = fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...DIRT)), { maxLength: 3 })
  return fc.tuple(text, fc.array(fc.constantFrom(...all), { minLength: 8, maxLength: 8 }), dirt).map(([value, dots, marks]) => {
    let index = 0
    let written = value.replace(/\./g, () => dots[index++ % dots.length]!)
    for (const [at, mark] of marks) written = written.slice(0, at) + mark + written.slice(at)
    return { text: written, value }
  }) // prettier-ignore
}

describe('refanging', () => {
  it('undoes defanging', () => {
    fc.assert(
      fc.property(defanged(fc.oneof(name, address)), ({ text, value }) => {
        const words = wordsOf(refang(text), text)
        expect(words.map((word) => word.text)).toEqual([value])
        expect(classify(words[0]!.text)).toMatchObject({ value, refusal: null })
      }),
      { numRuns: 300 },
    )
  })

  it('leaves what is not defanged as it is, and quotes what stood there', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('http://', 'https://', ''), fc.webPath(), (host, scheme, path) => {
        const url = `${scheme}${host}${path.replace(/[^\w/]/g, '')}`
        const [word] = wordsOf(refang(`xem ${url}`), `xem ${url}`).slice(1)
        expect(word).toMatchObject({ text: url, written: url })
      }),
    )
  })

  it('never ends without an end, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void wordsOf(refang(text), text)),
    )
  })
})

describe('the short way', () => {
  it('reads what it reads as the long way does', () => {
    const text = fc.oneof(defanged(name).map((written) => written.text), defanged(address).map((written) => written.text), fc.webUrl(), fc.tuple(fc.constantFrom('hxxp://', 'hXXps://', 'meow://', 'fxp://', 'HTTP://', 'hxxp//', 'xyz://'), name, fc.constantFrom('', '/', '/a')).map((parts) => parts.join('')), fc.string({ maxLength: 30 }), fc.tuple(name, fc.nat(70_000)).map(([host, port]) => `${host}:${port}`), hash) // prettier-ignore
    const settings: readonly Setting[] = [NOWHERE, { ...NOWHERE, isList: true }, { ...NOWHERE, heading: 'indicator' }, { ...NOWHERE, isBeside: true }, { ...NOWHERE, heading: 'file' }] // prettier-ignore
    fc.assert(
      fc.property(text, fc.constantFrom(...settings), (written, setting) => {
        const word = plainWord(written)
        if (word !== null) expect([readPlainWord(word, setting)]).toEqual(readPassage(written, setting))
      }),
      { numRuns: 500 },
    )
  })
})

/** One item a line: those that are read the short way, and others between them. */
const listed = fc.oneof(
  { weight: 6, arbitrary: defanged(name).map(({ text }) => text) },
  { weight: 3, arbitrary: hash },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('hxxp://', 'https://'), name, fc.constantFrom('', '/a', '/b/')).map((parts) => parts.join('')) }, // prettier-ignore
  { weight: 2, arbitrary: address },
  { weight: 1, arbitrary: fc.constantFrom('Tên miền chính thức:', 'Tên miền độc hại:', '', 'setup.exe', 'a@q.vn') }, // prettier-ignore
)

describe('a list read the short way', () => {
  it('is what it is line by line the long way, where nothing is broken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(listed, { minLength: 1, maxLength: 12 }), async (lines) => {
        const items = async (ending: string): Promise<string[]> =>
          (await proposalOf('a.txt', ['qz.com', ...lines].join(ending))).items.map(({ decision, kind, value, reasons }) => `${decision} ${kind} ${value} ${reasons.join(' ')}`) // prettier-ignore
        // What a blank stands behind is no plain word.
        expect(await items('\n')).toEqual(await items(' \n'))
      }),
      { numRuns: 200 },
    )
  })
})

describe('files are no hosts', () => {
  const ENDINGS = 'exe dll doc docx xls xlsx pdf txt js vbs bat ps1 lnk jpg png tmp dat log ini scr rar 7z apk'.split(' ') // prettier-ignore
  it('however they are called and wherever they stand', async () => {
    const file = fc.tuple(fc.array(letters(LETTERS + DIGITS, 1, 10), { minLength: 1, maxLength: 3 }), fc.constantFrom(...ENDINGS)).map(([parts, ending]) => `${parts.join('.')}.${ending}`) // prettier-ignore
    await fc.assert(
      fc.asyncProperty(file, fc.constantFrom('a.txt', 'a.csv'), async (text, as) => {
        const { items } = await proposalOf(as, `Tên miền\n${text}\n`)
        expect(items.filter(({ decision }) => decision === 'accept')).toEqual([])
      }),
    )
  })
})

/** Cells of an annex: what is in each, and how it is written, broken at any places. */
const entry = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: defanged(name, SIGNS) },
      { weight: 2, arbitrary: defanged(address, SIGNS) },
      { weight: 1, arbitrary: vietnamese.map((text) => ({ text: text.normalize('NFD'), value: domainToASCII(text) })) }, // prettier-ignore
    ),
    fc.array(fc.nat(40), { maxLength: 2 }),
    fc.constantFrom('APT32', 'Máy chủ C2', ''),
  )
  .map(([{ text, value }, breaks, note]) => {
    let written = text
    for (const at of breaks.filter((at) => at > 0 && at < text.length).sort((a, b) => b - a)) {
      written = `${written.slice(0, at)}\n${written.slice(at)}`
    }
    return { value, written, note, isBroken: written.includes('\n') }
  })

const HEAD = ['STT', 'Tên miền, địa chỉ IP', 'Ghi chú']

function asFile(kind: 'docx' | 'xlsx', entries: readonly { written: string; note: string }[]): Buffer {
  const rows = entries.map(({ written, note }, index) => [String(index + 1), written, note])
  const intro = 'Kèm theo Công văn số 1298/CATTT-NCSC ngày 23.8.2022 của TP.HCM'
  if (kind === 'docx') return docx(paragraph(intro) + table([HEAD, ...rows]))
  return xlsx([{ name: 'Phụ lục', rows: [[intro], HEAD, ...rows] }])
}

describe('an annex', () => {
  it.each(['docx', 'xlsx'] as const)('%s: nothing is lost and nothing else is accepted', async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(entry, { minLength: 1, maxLength: 12, selector: ({ value }) => value }), async (entries) => {
        const { items } = await proposalOf(`a.${kind}`, asFile(kind, entries))
        const truth = new Set(entries.map(({ value }) => value))
        const found = new Set(items.filter(({ decision }) => decision !== 'refuse').flatMap(({ value, readings }) => [value, ...readings]))
        expect([...truth].filter((value) => !found.has(value))).toEqual([])
        const accepted = items.filter(({ decision }) => decision === 'accept').map(({ value }) => value)
        expect(accepted.filter((value) => !truth.has(value))).toEqual([])
        for (const { value, isBroken } of entries) if (!isBroken) expect(items.find((item) => item.value === value)?.reasons).not.toContain('broken')
      }),
      { numRuns: 100 },
    )
  }) // prettier-ignore

  it('gives the same as a workbook and as a document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), async (entries) => {
        const values = async (kind: 'docx' | 'xlsx'): Promise<string[]> =>
          (await proposalOf(`a.${kind}`, asFile(kind, entries))).items.filter(({ decision }) => decision !== 'refuse').map(({ decision, value }) => `${decision} ${value}`) // prettier-ignore
        expect(await values('xlsx')).toEqual(await values('docx'))
      }),
      { numRuns: 30 },
    )
  })
})

describe('one list in several forms', () => {
  const FORMS: Readonly<Record<string, (name: string) => string>> = {
    hosts: (host) => `0.0.0.0 ${host}`,
    adblock: (host) => `||${host}^`,
    dnsmasq: (host) => `address=/${host}/0.0.0.0`,
    defanged: (host) => host.replaceAll('.', '[.]'),
  }
  it('gives the same indicators', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 3, maxLength: 20 }), async (names) => {
        const read = async (write: (name: string) => string): Promise<string[]> =>
          (await proposalOf('l.txt', `${names.map(write).join('\n')}\n`)).items.map(({ decision, kind, value }) => `${decision} ${kind} ${value}`).sort() // prettier-ignore
        const plain = await read((host) => host)
        for (const write of Object.values(FORMS)) expect(await read(write)).toEqual(plain)
      }),
      { numRuns: 60 },
    )
  })
})

describe('any bytes', () => {
  const heads = [
    '',
    'PK\x03\x04',
    '%PDF-1.4\n',
    '{"type":"bundle","objects":[',
    'From: a\r\nTo: b\r\n',
    '<html>',
    '\xff\xfe',
    '||a.com^\n',
  ]
  it('are read or refused, and nothing else happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), async (head, bytes) => {
        const builder = new ProposalBuilder(1000)
        const file = Buffer.concat([Buffer.from(head, 'latin1'), bytes])
        await readDocument(file, 'x', NOW_MS, new Budget(DEFAULT_LIMITS), new AnnexReader(0, builder, 1000)).catch((error: unknown) => {
          if (!(error instanceof DocumentError)) throw error
        })
      }),
      { numRuns: 300 },
    )
  }) // prettier-ignore

  it('changed somewhere, an annex is read or refused', async () => {
    const file = asFile('docx', [{ written: 'evil[.]com', note: '' }])
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Buffer.from(file)
        bytes[at] = byte
        await proposalOf('a.docx', bytes).catch((error: unknown) => {
          if (!(error instanceof ImportError)) throw error
        })
      }),
      { numRuns: 200 },
    )
  })
})
