/**
 * Reads what the notice service sends. It is exposed to everybody inside, so nothing it says is believed before it has
 * been looked at whole: kinds, bounds, addresses, and texts without what cannot be shown.
 */
import { addressText, parseAddress } from '../../net/address.ts'
import { evidenceText } from '../../notice/evidence-text.ts'
import {
  CONTACT_PROTOCOLS,
  CONTACT_TEXT,
  MAX_CONTACTS,
  MAX_REPORT_TEXT,
  type Contact,
  type ServiceLetter,
} from '../../notice/letters.ts'

/** No letter of the service: what is wrong with it, in a sentence. */
export class BadLetter extends Error {
  readonly code = 'THANHLOC_NOTICE_LETTER'
}

/** Longest name in a report: more than any name has, so that what is wrong with it can be told. */
const MAX_NAME = 300
const MAX_PORT = 65_535
/** The year 9999. */
const LAST_MS = 253_402_300_799_999

type Fields = Readonly<Record<string, unknown>>

/** The letter in a line. Throws BadLetter. */
export function readServiceLetter(line: string): ServiceLetter {
  const letter = fieldsOf(parse(line), 'the letter')
  switch (letter['type']) {
    case 'hello':
      return {
        type: 'hello',
        session: word(letter, 'session', /^[0-9a-zA-Z_-]{8,64}$/),
        version: word(letter, 'version', /^[\w.+-]{1,64}$/),
      }
    case 'contacts':
      return {
        type: 'contacts',
        sequence: whole(letter, 'sequence', 0),
        contacts: list(letter, 'contacts').map(contactOf),
        dropped: whole(letter, 'dropped', 0),
      }
    case 'check':
      return { type: 'check', id: whole(letter, 'id', 0), client: address(letter, 'client') }
    case 'report':
      return {
        type: 'report',
        id: whole(letter, 'id', 0),
        client: address(letter, 'client'),
        name: evidenceText(text(letter, 'name'), MAX_NAME),
        text: lines(text(letter, 'text')),
      }
    default:
      throw new BadLetter('its type is none of ours')
  }
}

function contactOf(sent: unknown): Contact {
  const contact = fieldsOf(sent, 'a contact')
  const protocol = CONTACT_PROTOCOLS.find((one) => one === contact['protocol'])
  if (protocol === undefined) throw new BadLetter('the protocol of a contact is none of ours')
  const firstMs = whole(contact, 'firstMs', 0, LAST_MS)
  return {
    client: address(contact, 'client'),
    clientPort: whole(contact, 'clientPort', 0, MAX_PORT),
    local: address(contact, 'local'),
    port: whole(contact, 'port', 0, MAX_PORT),
    protocol,
    host: evidence(contact, 'host')?.toLowerCase() ?? null,
    method: evidence(contact, 'method'),
    path: evidence(contact, 'path'),
    userAgent: evidence(contact, 'userAgent'),
    hasReferrer: flag(contact, 'hasReferrer'),
    firstBytes: contact['firstBytes'] === null ? null : word(contact, 'firstBytes', /^[0-9a-f]{64}$/),
    firstBytesLength: whole(contact, 'firstBytesLength', 0, MAX_PORT),
    isBrowserLike: flag(contact, 'isBrowserLike'),
    count: whole(contact, 'count', 1, MAX_COUNT),
    firstMs,
    lastMs: Math.max(firstMs, whole(contact, 'lastMs', 0, LAST_MS)),
  }
}

/** Of one contact: more than come in a year. */
const MAX_COUNT = 1e12

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new BadLetter('it is no JSON')
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new BadLetter(`${what} is no object`)
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name]
  if (Array.isArray(value) && value.length <= MAX_CONTACTS) return value
  throw new BadLetter(`${name} is no list of ${MAX_CONTACTS} at most`)
}

function whole(fields: Fields, name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  const value = fields[name]
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number // prettier-ignore
  throw new BadLetter(`${name} is no whole number from ${least} to ${most}`)
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (typeof value === 'boolean') return value
  throw new BadLetter(`${name} is neither true nor false`)
}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw new BadLetter(`${name} is no text`)
}

function word(fields: Fields, name: string, shape: RegExp): string {
  const value = text(fields, name)
  if (shape.test(value)) return value
  throw new BadLetter(`${name} is not of its form`)
}

/** In the shortest text form, IPv4 as such. */
function address(fields: Fields, name: string): string {
  const bytes = new Uint8Array(16)
  const value = text(fields, name)
  if (value.includes('%') || !parseAddress(value, bytes)) throw new BadLetter(`${name} is no address`)
  return addressText(bytes)
}

function evidence(fields: Fields, name: keyof typeof CONTACT_TEXT): string | null {
  if (fields[name] === null) return null
  const clean = evidenceText(text(fields, name), CONTACT_TEXT[name])
  return clean === '' ? null : clean
}

/** What a person wrote, over several lines. */
function lines(written: string): string {
  const clean = written.split(/\r\n?|\n/).map((line) => evidenceText(line, MAX_REPORT_TEXT))
  return evidenceCut(clean.join('\n').trim())
}

function evidenceCut(clean: string): string {
  const cut = clean.slice(0, MAX_REPORT_TEXT)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}
