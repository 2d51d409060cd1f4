/**
 * What a MikroTik router says of its leases: `/ip dhcp-server lease export` (script lines of the reserved ones, also
 * as a part of a whole `/export`), `print detail` (an entry over several lines) and `print terse` (one line each).
 */
import { readAddress } from '../address-text.ts'
import { readClientId, readMac } from '../hardware.ts'
import { cleanHostName } from '../host-name.ts'
import { quoted } from '../refusals.ts'
import type { LeaseLedger } from './ledger.ts'
import type { LeaseFileTimes, LeaseLines } from './lines.ts'
import { readDuration, readPairs } from './mikrotik-values.ts'

const SECTION = '/ip dhcp-server lease'

/** ` 12 D ;;; a comment`, ` 3   address=…`: number, flags, the rest. */
const ENTRY = /^\s{0,6}(\d{1,6})\s+((?:[A-Z]{1,6}\s+)?)(?=;;;|[a-z0-9-]+=)(.*)$/

const MAX_ENTRY_LENGTH = 16_384

const CUT = 'an entry without its end: the file is cut off here'

export function mikrotikLeases(ledger: LeaseLedger, times: LeaseFileTimes): LeaseLines {
  let begun: { text: string; readonly flags: string | null; readonly line: number } | null = null
  /** Script lines of other sections are none of ours. A file of `add` lines alone has no section. */
  let isOurs = true
  let isContinued = false

  /** `isCut`: nothing says that the entry ends here, but that the file does. */
  const finish = (isCut = false): void => {
    if (begun === null) return
    if (begun.flags === null) readScriptLine(ledger, begun.text, begun.line)
    else if (isCut && !begun.text.includes(' last-seen=')) ledger.refuse(begun.line, CUT)
    else readEntry(ledger, begun.text, begun.flags, begun.line, times.writtenMs)
    begun = null
  }
  const append = (text: string): void => {
    if (begun !== null && begun.text.length + text.length <= MAX_ENTRY_LENGTH) begun.text += text
  }
  return {
    line(text, line) {
      if (isContinued) {
        isContinued = text.endsWith('\\')
        append(isContinued ? text.slice(0, -1).trimStart() : text.trimStart())
        if (!isContinued) finish()
        return
      }
      const entry = ENTRY.exec(text)
      if (entry !== null) {
        finish()
        begun = { text: withoutComment(entry[3]!), flags: entry[2]!.trim(), line }
      } else if (text.startsWith('/')) {
        finish()
        isOurs = text.startsWith(SECTION)
        const rest = text.slice(SECTION.length).trim()
        if (isOurs && rest.startsWith('add ')) begun = { text: rest, flags: null, line }
      } else if (/^\s*add\s/.test(text)) {
        finish()
        isContinued = text.endsWith('\\')
        if (isOurs) begun = { text: isContinued ? text.slice(0, -1) : text, flags: null, line }
        if (!isContinued) finish()
      } else if (text.trim() === '') finish()
      else if (begun !== null && /^\s/.test(text)) append(` ${text.trim()}`)
      else if (isTableOfPrint(text)) {
        ledger.refuse(
          line,
          'is a table of `print`, which cuts columns off: use `print detail` or `print terse`',
        )
      }
    },
    end() {
      if (isContinued) ledger.refuse(begun?.line ?? 0, CUT)
      // `last-seen` comes behind all that tells the machine.
      else finish(true)
      return []
    },
  }
}

/** In `print detail` a comment has the rest of its line; the pairs begin on the next. */
function withoutComment(text: string): string {
  return text.startsWith(';;;') ? '' : text
}

function isTableOfPrint(text: string): boolean {
  return /^\s*#\s+ADDRESS\s+MAC-ADDRESS/.test(text) || /^Columns:\s*ADDRESS/.test(text)
}

/** `add address=… mac-address=… comment=…`: a reservation, whether or not the machine is there. */
function readScriptLine(ledger: LeaseLedger, text: string, line: number): void {
  const pairs = readPairs(text)
  if (pairs.get('disabled') === 'yes' || pairs.get('block-access') === 'yes') return
  hold(ledger, pairs, line, null, true)
}

function readEntry(ledger: LeaseLedger, text: string, flags: string, line: number, writtenMs: number): void {
  const pairs = readPairs(text)
  if (flags.includes('X') || flags.includes('B')) return
  const status = pairs.get('status')
  if (status === undefined) {
    ledger.refuse(line, 'an entry without `status`: the file is cut off here, or not of leases')
    return
  }
  const expiresAfterMs = readDuration(pairs.get('expires-after') ?? '')
  const expiresMs = expiresAfterMs === null ? null : writtenMs + expiresAfterMs
  if (status === 'bound') hold(ledger, pairs, line, expiresMs, false)
  // A reservation that is not in use; what is dynamic and not bound belongs to nobody.
  else if (status === 'waiting' && !flags.includes('D')) hold(ledger, pairs, line, null, true)
}

function hold(
  ledger: LeaseLedger,
  pairs: ReadonlyMap<string, string>,
  line: number,
  expiresMs: number | null,
  isReserved: boolean,
): void {
  const active = pairs.get('active-address') ?? ''
  const written = active === '' ? (pairs.get('address') ?? '') : active
  const address = readAddress(written)
  if (address === null) {
    // Otherwise it is the name of a pool: the reservation is of no address.
    if (/^[0-9a-f]*[.:]/i.test(written)) ledger.refuse(line, `${quoted(written)} is no address of a machine`)
    return
  }
  const id = readClientId(pairs.get('active-client-id') ?? pairs.get('client-id') ?? '')
  const mac = readMac(pairs.get('active-mac-address') ?? '') ?? readMac(pairs.get('mac-address') ?? '')
  ledger.hold({
    line,
    address,
    mac: mac ?? id.mac,
    duid: id.duid,
    hostName: cleanHostName(pairs.get('host-name') ?? pairs.get('comment') ?? ''),
    fromMs: null,
    expiresMs,
    isReserved,
  })
}
