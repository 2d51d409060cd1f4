import { expect, test } from 'vitest'
import {
  cleanEvent,
  cleanText,
  hashFields,
  headText,
  NO_HASH,
  readHead,
  sealEntry,
} from '../../../src/accounts/audit-entry.ts'

const FIRST = {
  seq: 1,
  at: 1_704_067_200_000,
  actor: 'user:an',
  role: 'admin',
  source: '10.0.0.5',
  action: 'sign-in',
  target: '',
  reason: '',
  details: '{}',
  prev: NO_HASH,
}

/** Computed apart from this program: SHA-256 over the netstrings, as the head of audit-entry.ts says. */
const FIRST_HASH = '86204efe3329a661165ee032c7b0eef3d4450b696f9d2c9a2aeb48dc86af90f2'
const SECOND_HASH = '40791e1f57dc08ef3bb95739cf98324d2c485e889b943b65efa364ee7a7837b8'

test('vector 1: the first row, with empty fields', () => {
  expect(sealEntry(FIRST).hash).toBe(FIRST_HASH)
})

test('vector 2: a row that follows, with letters of several bytes', () => {
  const { hash } = sealEntry({
    seq: 2,
    at: 1_704_067_261_000,
    actor: 'user:bình',
    role: 'officer',
    source: 'fd00::5',
    action: 'client.reveal',
    target: 'client:42',
    reason: 'Máy nhiễm mã độc, công văn 1298/CATTT-NCSC',
    details: '{"campaign":"2022"}',
    prev: FIRST_HASH,
  })
  expect(hash).toBe(SECOND_HASH)
})

test('what moves from one field to the next makes another hash', () => {
  const bytes = (...fields: string[]): string => hashFields(fields.map((field) => Buffer.from(field)))
  expect(
    new Set([bytes('ab', 'c'), bytes('a', 'bc'), bytes('abc', ''), bytes('a', 'b', 'c'), bytes('abc')]).size,
  ).toBe(5)
  expect(bytes('1:a,')).not.toBe(bytes('a'))
})

test.each([
  ['line breaks', 'a\nb\r\tc', 'a�b��c'],
  ['an escape', '\u001b[31mred', '�[31mred'],
  ['marks that turn the direction', 'a\u202eb\u2066c\u200fd', 'a�b�c�d'],
  ['a lone surrogate', 'a\ud800b', 'a�b'],
  ['a C1 control', 'a\u0085b', 'a�b'],
  ['markup, which is only text', '<b>&</b>', '<b>&</b>'],
  ['Vietnamese', 'Máy của phòng Kế toán', 'Máy của phòng Kế toán'],
])('text with %s is stored so that it shows', (_, given, stored) => {
  expect(cleanText(given)).toBe(stored)
})

test('texts are cut where they are too long, also between the halves of a character', () => {
  expect(cleanText('x'.repeat(600))).toBe(`${'x'.repeat(511)}…`)
  expect(cleanText(`${'x'.repeat(510)}😀😀`)).toBe(`${'x'.repeat(510)}�…`)
  const { target, reason } = cleanEvent({
    action: 'export',
    target: 'x'.repeat(1 << 20),
    reason: 'y'.repeat(1 << 20),
  })
  expect(target).toHaveLength(512)
  expect(reason).toHaveLength(2000)
})

test('details are JSON, whatever is in them', () => {
  const details = (value: unknown): unknown =>
    JSON.parse(cleanEvent({ action: 'export', details: { value } }).details)
  expect(details('a"\\\n\u202e\ud800')).toEqual({ value: 'a"\\\n�\ud800' })
  expect(details(undefined)).toEqual({})
  const cut = details('x'.repeat(1 << 20)) as { cut: string }
  expect(cut.cut).toHaveLength(8000)
})

test('a head is read as it is written', () => {
  const head = { seq: 1042, hash: FIRST_HASH }
  expect(headText(head)).toBe(`1042:${FIRST_HASH}`)
  expect(readHead(headText(head))).toEqual(head)
  expect(readHead(` 1042:${FIRST_HASH.toUpperCase()}\n`)).toEqual(head)
  expect(readHead(`0:${NO_HASH}`)).toEqual({ seq: 0, hash: NO_HASH })
})

test.each([
  '',
  '1',
  '1:',
  `:${FIRST_HASH}`,
  `-1:${FIRST_HASH}`,
  `01:${FIRST_HASH}`,
  `1:${FIRST_HASH}0`,
  `1 ${FIRST_HASH}`,
  `9999999999999999:${FIRST_HASH}`,
])('%j is no head', (text) => {
  expect(readHead(text)).toBeNull()
})
