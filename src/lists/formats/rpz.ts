/**
 * Response policy zones (draft-vixie-dnsop-dns-rpz): QNAME triggers with NXDOMAIN (`CNAME .`), NODATA (`CNAME *.`),
 * PASSTHRU (`CNAME rpz-passthru.`) and local A and AAAA data. `x` covers x alone, `*.x` what is below it. Other triggers
 * and answers are counted as not yet enforced.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { lower, textToName } from '../../wire/name.ts'
import { NODATA, NXDOMAIN, PASS } from '../entry.ts'
import type { Effect, EntrySink, Format } from '../entry.ts'
import { readName } from '../indicator.ts'
import { ZoneFileReader } from './zone-file.ts'
import type { ZoneHandler, ZoneName } from './zone-file.ts'

const ANSWERS: Readonly<Record<string, Effect>> = { '.': NXDOMAIN, '*.': NODATA, 'rpz-passthru.': PASS }

/** `32.1.2.0.192.rpz-ip`: what else than the query's name may trigger. */
const OTHER_TRIGGER = /(?:^|\.)rpz-(?:ip|nsip|nsdname|client-ip)$/i

export const rpz: Format = (sink) => {
  const records = new PolicyRecords(sink)
  const reader = new ZoneFileReader(records)
  return {
    line: (bytes, start, end) => reader.line(bytes, start, end),
    end() {
      reader.end()
      records.flush()
    },
  }
}

class PolicyRecords implements ZoneHandler {
  readonly #sink: EntrySink
  readonly #wire = new Uint8Array(256)
  /** The zone's own name, where the file says it: absolute owners are relative to it. */
  #apex: string | null = null
  // The addresses of one owner usually stand together; they are one answer.
  #owner: string | null = null
  #line = 0
  #a: string[] = []
  #aaaa: string[] = []
  #lastAnswer: Effect & { readonly kind: 'data' } = { kind: 'data', data: { a: [], aaaa: [] } }

  constructor(sink: EntrySink) {
    this.#sink = sink
  }

  problem(reason: 'junk' | 'not-yet' | 'too-long'): void {
    this.#sink.refuse(reason)
  }

  record(owner: ZoneName, type: string, rdata: readonly string[]): void {
    if (type === 'SOA' || type === 'NS') return this.#readApex(owner, type)
    const trigger = this.#trigger(owner)
    if (trigger === null) return this.#sink.refuse('out-of-zone')
    // Whatever else stands at the apex describes the zone.
    if (trigger === '') return
    if (OTHER_TRIGGER.test(trigger)) return this.#sink.refuse('not-yet')
    if (type === 'A' || type === 'AAAA') return this.#readAddress(trigger, type, rdata)
    const effect = type === 'CNAME' && rdata.length === 1 ? ANSWERS[rdata[0]!.toLowerCase()] : undefined
    if (effect) this.#list(trigger, effect)
    else this.#sink.refuse('not-yet')
  }

  /** Hands on the addresses gathered for one owner. */
  flush(): void {
    const owner = this.#owner
    if (owner === null) return
    this.#owner = null
    const line = this.#sink.lineNumber
    this.#sink.lineNumber = this.#line
    const { a, aaaa } = this.#lastAnswer.data
    if (!isSame(a, this.#a) || !isSame(aaaa, this.#aaaa)) {
      this.#lastAnswer = { kind: 'data', data: { a: this.#a, aaaa: this.#aaaa } }
    }
    this.#list(owner, this.#lastAnswer)
    this.#sink.lineNumber = line
  }

  #readApex(owner: ZoneName, type: string): void {
    if (!owner.isAbsolute) return
    // Without $ORIGIN only the zone's own absolute NS record tells its name.
    if (type === 'SOA' || this.#apex === null) this.#apex = owner.text.toLowerCase()
  }

  /** The name that triggers, without the zone's; empty for the apex, null outside the zone. */
  #trigger(owner: ZoneName): string | null {
    if (!owner.isAbsolute) return owner.text
    const apex = this.#apex
    if (apex === null) return null
    const lower = owner.text.toLowerCase()
    if (lower === apex) return ''
    return lower.endsWith(`.${apex}`) ? owner.text.slice(0, -apex.length - 1) : null
  }

  #readAddress(trigger: string, type: 'A' | 'AAAA', rdata: readonly string[]): void {
    const text = rdata.length === 1 ? rdata[0]! : ''
    const isAddress = type === 'A' ? isIPv4(text) : isIPv6(text)
    if (!isAddress || text.includes('%')) {
      return this.#sink.refuse('not-an-address')
    }
    if (this.#owner !== trigger) {
      this.flush()
      this.#owner = trigger
      this.#line = this.#sink.lineNumber
      this.#a = []
      this.#aaaa = []
    }
    const addresses = type === 'A' ? this.#a : this.#aaaa
    if (!addresses.includes(text) && addresses.length < MAX_ADDRESSES) addresses.push(text)
  }

  #list(trigger: string, effect: Effect): void {
    // `*` alone is the whole of the DNS.
    if (trigger === '*') return this.#sink.refuse('wildcard')
    if (!trigger.includes('\\')) return readName(trigger, this.#sink, 'exact', effect)
    const isWildcard = trigger.startsWith('*.')
    const length = textToName(isWildcard ? trigger.slice(2) : trigger, this.#wire)
    if (length < 2) return this.#sink.refuse('not-a-name')
    for (let at = 0; at < length; at++) this.#wire[at] = lower(this.#wire[at]!)
    this.#sink.name(this.#wire, length, isWildcard ? 'below' : 'exact', effect)
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index])
}

/** Of one answer and family: more do not fit a plain UDP reply. */
const MAX_ADDRESSES = 16
