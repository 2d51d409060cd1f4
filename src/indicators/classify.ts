/** What one word is: a name, an address, a URL, a hash, a mail address; or what it only looks like. Null: none of these. */
import { isIPv4, isIPv6 } from 'node:net'
import { parsePrefix, prefixText } from '../lists/prefix-text.ts'
import { readHost } from './host.ts'
import { isDate, isDocumentNumber, isVersion } from './not-names.ts'
import type { ReasonCode } from './reasons.ts'
import { readAs, type Reading, refused } from './verdict.ts'

/** Longer is no URL that anybody typed. */
const MAX_LENGTH = 4096
/** MD5, SHA-1, SHA-256, SHA-512. */
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i
const SCHEME = /^([a-z][a-z0-9+.-]{0,20}):?\/\/(.*)$/is
const MAIL = /^[^@\s/:\\]+@[^@\s/:\\]+\.[^@\s/:\\]+$/
const PORT = /^(.+):(\d{1,5})$/s
const BRACKETED = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i
const FOUR_NUMBERS = /^\d{1,5}(?:\.\d{1,5}){3}$/
const RANGE = /^(\d{1,3}(?:\.\d{1,3}){3})-(?:\d{1,3}(?:\.\d{1,3}){3}|\d{1,3})$/
const HARDWARE = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i
/** `*://*.evil.com/*`, as browsers' lists write it. */
const MATCH_PATTERN = /^\*:\/\/(\*\.)?([^/*]+)\/\*$/
const FILE_PATH = /^(?:[a-z]:[\\/]|\\\\|%\w+%|~\/|\$\w+|hk(?:lm|cu|cr|u|ey_\w+)[\\/:]|file:\/\/)/i

/** Said or not, they are the same. */
const USUAL_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ftp: '21' }

/** Can be nothing but a name or a file: most words of most lists. */
const PLAIN_HOST = /^[a-z\d_-]+(?:\.[a-z\d_-]+)*\.[a-z]{2,63}$/i

/** Of text that cannot be an indicator: quickly told. */
const POSSIBLE = /[.:@/\\]|^[0-9a-f]{32,128}$/i

export function classify(word: string): Reading | null {
  if (PLAIN_HOST.test(word)) return readHost(word)
  if (!POSSIBLE.test(word)) return null
  if (word.length > MAX_LENGTH) return refused(word.slice(0, 200), 'too-long')
  if (HASH.test(word)) return refused(word.toLowerCase(), 'hash', 'hash')
  if (FILE_PATH.test(word)) return refused(word, 'file-path')
  const pattern = MATCH_PATTERN.exec(word)
  if (pattern !== null) return readHost(pattern[2]!)
  const url = SCHEME.exec(word)
  if (url !== null) return readUrl(word, url[1]!.toLowerCase(), url[2]!)
  if (word.includes('\\')) return /[.:]/.test(word) ? refused(word, 'file-path') : null
  if (word.includes('@')) return MAIL.test(word) ? refused(word.toLowerCase(), 'email', 'email') : null
  return readAddress(word) ?? (word.includes('/') ? readPath(word) : readDotted(word))
}

function readUrl(word: string, scheme: string, rest: string): Reading {
  const end = rest.search(/[/?#\\]/)
  const authority = end === -1 ? rest : rest.slice(0, end)
  const path = end === -1 ? '' : rest.slice(end)
  const usual = USUAL_PORTS[scheme]
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:(\d+)$/, (all: string, port: string) => (port === usual ? '' : all)) // prettier-ignore
  const read = readAddress(host) ?? readDotted(host) ?? refused(word, 'single-label', 'url')
  if (read.refusal !== null) return { ...read, value: word, kind: 'url' }
  const isBare = path === '' || path === '/'
  if (isBare && !authority.includes('@')) return read
  return { ...read, kind: 'url', value: word, doubts: ['url-with-path', ...read.doubts] }
}

/** Addresses, with a port or a prefix length. */
function readAddress(word: string): Reading | null {
  const bracketed = BRACKETED.exec(word)
  if (bracketed !== null) {
    const [, inner, port] = bracketed as unknown as [string, string, string | undefined]
    const prefix = parsePrefix(inner)
    if (prefix === null) return refused(word, 'bad-address', 'ip')
    const text = prefixText(prefix.address, prefix.prefixLength)
    return port === undefined ? readAs('ip', text) : readAs('ip-port', `[${text}]:${port}`, ['with-port'])
  }
  const prefix = parsePrefix(word)
  if (prefix !== null) {
    const isWhole = prefix.prefixLength === prefix.address.length * 8
    return readAs(isWhole ? 'ip' : 'cidr', prefixText(prefix.address, prefix.prefixLength))
  }
  const port = PORT.exec(word)
  if (port !== null && isIPv4(port[1]!)) return readPort('ip-port', word, port[1]!, port[2]!)
  if (RANGE.test(word)) return readAs('cidr', word, ['address-range'])
  if (FOUR_NUMBERS.test(word.replace(/[:/]\d*$/, ''))) return refused(word, 'bad-address', 'ip')
  return HARDWARE.test(word) ? refused(word, 'hardware-address') : null
}

function readPort(kind: 'ip-port' | 'host-port', word: string, host: string, port: string): Reading {
  if (Number(port) > 65_535) return refused(word, kind === 'ip-port' ? 'bad-address' : 'bad-name', kind)
  return readAs(kind, `${host}:${Number(port)}`, ['with-port'])
}

/** No scheme and a stroke: `evil.com/x`, `1298/CATTT-NCSC`, `/gate.php`. */
function readPath(word: string): Reading | null {
  if (isDate(word)) return refused(word, 'date')
  if (isDocumentNumber(word)) return refused(word, 'document-number')
  if (word.startsWith('/'))
    return /^\/\S*[\w.]/.test(word) && word.length > 3 ? refused(word, 'path-only') : null
  const stroke = word.indexOf('/')
  const host = word.slice(0, stroke)
  const read = readAddress(host) ?? (host.includes('.') ? readDotted(host) : null)
  // `Win32/Agent.A`, `và/hoặc`.
  if (read === null) return null
  if (read.refusal !== null) return read.refusal === 'number' || read.kind !== 'host' ? refused(word, read.refusal) : { ...read, value: word } // prettier-ignore
  if (stroke === word.length - 1) return read
  return { ...read, kind: 'url', value: word, doubts: ['url-with-path', ...read.doubts] }
}

function readDotted(word: string): Reading | null {
  const port = PORT.exec(word)
  if (port !== null && port[1]!.includes('.')) {
    const read = readHost(port[1]!)
    if (read.refusal !== null) return { ...read, value: word }
    const doubts: ReasonCode[] = ['with-port', ...read.doubts]
    return Number(port[2]) > 65_535 ? refused(word, 'bad-name', 'host-port') : { ...read, kind: 'host-port', value: `${read.value}:${Number(port[2])}`, doubts } // prettier-ignore
  }
  if (word.includes(':')) {
    return (word.match(/:/g)?.length ?? 0) > 1 && isIPv6(word.replace(/%.*$/, '')) ? refused(word, 'bad-address', 'ip') : null // prettier-ignore
  }
  if (!/[^.]\.[^.]/.test(word)) return null
  if (isDate(word)) return refused(word, 'date')
  if (/^[\d.,]+$/.test(word)) return refused(word, 'number')
  if (isVersion(word) && /^v/i.test(word)) return refused(word, 'version')
  // Labels are letters, digits and hyphens, whatever the script.
  if (!/^[\p{L}\p{M}\d._*-]+$/u.test(word) || word.includes('..')) return refused(word, 'bad-name', 'host')
  return readHost(word)
}
