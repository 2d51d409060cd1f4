/**
 * ISC dhcpd's leases (`dhcpd.leases`, `dhcpd6.leases`; dhcpd.leases(5)): a log that grows. `lease A { … }` and
 * `ia-na "…" { iaaddr A { … } }` are appended at each change; the last block of an address wins, those before it are
 * history. Times are UTC.
 */
import { readAddress } from '../address-text.ts'
import { macOfDuid, readClientId, readDuid, readMac } from '../hardware.ts'
import { cleanHostName } from '../host-name.ts'
import { quoted } from '../refusals.ts'
import { StatementReader } from './isc-statements.ts'
import type { Lease, LeaseLedger } from './ledger.ts'
import type { LeaseLines } from './lines.ts'

/** Octets of IAID before the DUID in the key of an `ia-na` block. */
const IAID_OCTETS = 4

/** A `uid` that is written as octets with colons and not as a string. */
const COLON_HEX = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+$/i

/** A block of one address while it is read. */
interface Block {
  /** null: a block that says nothing of an address of a machine. */
  readonly address: string | null
  readonly line: number
  /** Blocks it stands in, itself included. */
  readonly depth: number
  state: string
  startsMs: number | null
  lastHeardMs: number | null
  endsMs: number | null
  mac: string | null
  uid: string
  duid: string | null
  hostName: string
}

export function iscLeases(ledger: LeaseLedger): LeaseLines {
  let depth = 0
  let block: Block | null = null
  /** The DUID of the `ia-na` around, and when its client was last heard. */
  let association: { readonly duid: string | null; lastHeardMs: number | null } | null = null

  const reader = new StatementReader({
    open(words, line) {
      // A statement that was cut off may stand before the head of the next block.
      const [kind = '', name = ''] = isTopLevel(words.at(-2) ?? '') ? words.slice(-2) : words
      if (isTopLevel(kind)) {
        // dhcpd went down while it wrote, and goes on behind the half block when it is back.
        if (block !== null) ledger.refuse(block.line, 'a block without its end')
        depth = 0
        block = null
        association = kind === 'lease' ? null : { duid: duidOfAssociation(name), lastHeardMs: null }
      }
      depth++
      if (kind === 'lease' || (kind === 'iaaddr' && association !== null && block === null)) {
        const address = readAddress(name)
        if (address === null) ledger.refuse(line, `${quoted(name)} is no address of a machine`)
        block = newBlock(address, line, depth, association)
      }
    },
    statement(words) {
      if (block !== null) {
        if (depth === block.depth) note(block, words)
      } else if (association !== null && words[0] === 'cltt') association.lastHeardMs = readTime(words, 1)
    },
    close() {
      if (block !== null && depth === block.depth) {
        settle(ledger, block)
        block = null
      }
      if (depth > 0) depth--
      if (depth === 0) association = null
    },
    broken(line, reason) {
      ledger.refuse(line, reason)
    },
  })
  return {
    line: (text, line) => reader.line(text, line),
    end() {
      if (block !== null) ledger.refuse(block.line, 'a block without its end: the file is cut off here')
      return []
    },
  }
}

function isTopLevel(kind: string): boolean {
  return kind === 'lease' || kind === 'ia-na' || kind === 'ia-ta' || kind === 'ia-pd'
}

function newBlock(
  address: string | null,
  line: number,
  depth: number,
  association: { readonly duid: string | null; readonly lastHeardMs: number | null } | null,
): Block {
  return {
    address,
    line,
    depth,
    state: 'active',
    startsMs: null,
    lastHeardMs: association?.lastHeardMs ?? null,
    endsMs: null,
    mac: null,
    uid: '',
    duid: association?.duid ?? null,
    hostName: '',
  }
}

function note(block: Block, words: readonly string[]): void {
  switch (words[0]) {
    case 'starts':
      block.startsMs = readTime(words, 1)
      return
    case 'ends':
      block.endsMs = readTime(words, 1)
      return
    case 'cltt':
      block.lastHeardMs = readTime(words, 1)
      return
    case 'binding':
      if (words[1] === 'state') block.state = words[2] ?? ''
      return
    case 'hardware':
      block.mac = words[1] === 'ethernet' ? readMac(words[2] ?? '') : null
      return
    case 'uid':
      block.uid = words[1] ?? ''
      return
    case 'client-hostname':
      block.hostName = words[1] ?? ''
  }
}

function settle(ledger: LeaseLedger, block: Block): void {
  if (block.address === null) return
  const id = readClientId(COLON_HEX.test(block.uid) ? block.uid : hexOf(block.uid))
  const duid = block.duid ?? id.duid
  const lease: Lease = {
    line: block.line,
    address: block.address,
    mac: block.mac ?? id.mac ?? macOfDuid(duid),
    duid,
    hostName: cleanHostName(Buffer.from(block.hostName, 'latin1').toString()),
    fromMs: block.startsMs ?? block.lastHeardMs,
    expiresMs: block.endsMs,
    isReserved: false,
  }
  if (block.state === 'active') ledger.hold(lease)
  else {
    // A free address keeps the name of who had it last, and from when till when.
    const isNamed = lease.mac !== null || lease.duid !== null
    ledger.end(block.address, block.endsMs, isNamed ? lease : null)
  }
}

function duidOfAssociation(key: string): string | null {
  return readDuid(hexOf(key.slice(IAID_OCTETS)))
}

function hexOf(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('hex')
}

/** `4 2022/08/25 07:30:00` (UTC), `epoch 1661412600`, `never`; null for never and for what is no time. */
function readTime(words: readonly string[], at: number): number | null {
  const [weekday = '', date = '', time = ''] = words.slice(at, at + 3)
  if (weekday === 'epoch') return /^\d{1,12}$/.test(date) ? Number(date) * 1000 : null
  if (date.length !== 10 || time.length !== 8) return null
  const ms = Date.parse(`${date.replaceAll('/', '-')}T${time}Z`)
  return Number.isNaN(ms) ? null : ms
}
