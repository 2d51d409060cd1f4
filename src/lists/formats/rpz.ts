/**
 * Response policy zones (draft-vixie-dnsop-dns-rpz): names (QNAME), addresses of answers (`….rpz-ip`) and of clients
 * (`….rpz-client-ip`) as triggers;
 * NXDOMAIN (`CNAME .`), NODATA (`CNAME *.`), PASSTHRU, DROP, TCP-Only (`CNAME rpz-….`) and local data, an alias or records
 * of other types, as answers. `x` covers x alone, `*.x` what is below it. Name servers (NSDNAME, NSIP) are counted as
 * what a forwarder cannot see, data of types that are no data of a name as not yet enforced.
 */
import type { LocalRecord } from '../../policy/meta.ts'
import { Type } from '../../wire/constants.ts'
import { lower, textToName } from '../../wire/name.ts'
import { DROP, NODATA, NXDOMAIN, PASS, TCP_ONLY } from '../entry.ts'
import type { Effect, EntrySink, Format } from '../entry.ts'
import { readName } from '../indicator.ts'
import type { Refusal } from '../outcome.ts'
import type { Prefix } from '../prefix-text.ts'
import { readRecordData } from './record-data.ts'
import { readTriggerAddress } from './rpz-address.ts'
import { ZoneFileReader } from './zone-file.ts'
import type { ZoneHandler, ZoneName } from './zone-file.ts'

const ANSWERS: Readonly<Record<string, Effect>> = {
  '.': NXDOMAIN,
  '*.': NODATA,
  'rpz-passthru.': PASS,
  'rpz-drop.': DROP,
  'rpz-tcp-only.': TCP_ONLY,
}

/** Targets that mean something, or may one day (draft §5). */
const RESERVED = /^rpz-[^.]*\.$/i

/**
 * Of one owner: more do not fit a plain UDP reply, and a zone may have a thousand answers, which stand in memory and in
 * the snapshot.
 */
const MAX_RECORDS = 16
const MAX_OWNER_BYTES = 2048

/**
 * What a zone may say at most. Who is told a forged answer keeps it so long, also after the block was found to be wrong;
 * the TTLs of zones are often hours, meant for those who transfer them.
 */
const MAX_TTL_SECONDS = 300

/** Records that are remembered, so that those of the same words are one object. */
const MAX_KNOWN_RECORDS = 1024
const MAX_KNOWN_LENGTH = 512

/** `32.1.2.0.192.rpz-ip`: what else than the query's name may trigger. */
const OTHER_TRIGGER = /^(.*?)\.?rpz-(ip|nsip|nsdname|client-ip)$/i

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
  // The records of one owner usually stand together; they are one answer.
  #owner: string | null = null
  #line = 0
  #records: LocalRecord[] = []
  /** The latest owner of an alias. */
  #aliased: string | null = null
  #lastAnswer: Effect & { readonly kind: 'data' } = { kind: 'data', data: [] }
  readonly #known = new Map<string, LocalRecord | Refusal>()

  constructor(sink: EntrySink) {
    this.#sink = sink
  }

  problem(reason: 'junk' | 'not-yet' | 'too-long'): void {
    this.#sink.refuse(reason)
  }

  record(
    owner: ZoneName,
    type: string,
    rdata: readonly string[],
    ttl: string | null,
    origin: ZoneName,
  ): void {
    if (type === 'SOA' || type === 'NS') return this.#readApex(owner, type)
    const trigger = this.#trigger(owner)
    if (trigger === null) return this.#sink.refuse('out-of-zone')
    // Whatever else stands at the apex describes the zone.
    if (trigger === '') return
    const kind = OTHER_TRIGGER.exec(trigger)?.[2]?.toLowerCase()
    if (kind === 'nsip' || kind === 'nsdname') return this.#sink.refuse('name-server')
    const target = type === 'CNAME' && rdata.length === 1 ? rdata[0]! : ''
    const effect = ANSWERS[target.toLowerCase()]
    if (effect) return this.#list(trigger, effect)
    if (RESERVED.test(target)) return this.#sink.refuse('not-yet')
    const record = this.#record(type, rdata, ttl, origin)
    if (typeof record === 'string') this.#sink.refuse(record)
    else this.#gather(trigger, record)
  }

  /** Hands on the records gathered for one owner. */
  flush(): void {
    const owner = this.#owner
    if (owner === null) return
    this.#owner = null
    const line = this.#sink.lineNumber
    this.#sink.lineNumber = this.#line
    if (!isSame(this.#lastAnswer.data, this.#records))
      this.#lastAnswer = { kind: 'data', data: this.#records }
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

  #record(
    type: string,
    rdata: readonly string[],
    ttl: string | null,
    origin: ZoneName,
  ): LocalRecord | Refusal {
    const words = `${type} ${ttl} ${origin.text} ${origin.isAbsolute} ${rdata.join(' ')}`
    let record = this.#known.get(words)
    if (record === undefined) {
      const read = readRecordData(type, rdata, origin)
      record =
        typeof read === 'string'
          ? read
          : { type: read.type, ttlSeconds: ttlOf(ttl), data: Buffer.from(read.data).toString('hex') }
      if (this.#known.size === MAX_KNOWN_RECORDS) this.#known.clear()
      if (words.length <= MAX_KNOWN_LENGTH) this.#known.set(words, record)
    }
    return record
  }

  #gather(trigger: string, record: LocalRecord): void {
    const isAlias = record.type === Type.CNAME
    // An alias has no other data (RFC 1034 §3.6.2).
    if (trigger === this.#aliased || (isAlias && trigger === this.#owner))
      return this.#sink.refuse('not-a-name')
    if (trigger !== this.#owner) {
      this.flush()
      this.#owner = trigger
      this.#line = this.#sink.lineNumber
      this.#records = []
    }
    const records = this.#records
    if (records.some(({ type, data }) => type === record.type && data === record.data)) return
    const bytes = records.reduce((sum, { data }) => sum + data.length / 2, record.data.length / 2)
    if (records.length === MAX_RECORDS || bytes > MAX_OWNER_BYTES) return this.#sink.refuse('too-long')
    records.push(record)
    if (!isAlias) return
    this.#aliased = trigger
    this.flush()
  }

  #list(trigger: string, effect: Effect): void {
    const address = OTHER_TRIGGER.exec(trigger)
    if (address !== null) return this.#listAddress(address[1]!, address[2]!.toLowerCase(), effect)
    // `*` alone is the whole of the DNS.
    if (trigger === '*') return this.#sink.refuse('wildcard')
    if (!trigger.includes('\\')) return readName(trigger, this.#sink, 'exact', effect)
    const isWildcard = trigger.startsWith('*.')
    const length = textToName(isWildcard ? trigger.slice(2) : trigger, this.#wire)
    if (length < 2) return this.#sink.refuse('not-a-name')
    for (let at = 0; at < length; at++) this.#wire[at] = lower(this.#wire[at]!)
    this.#sink.name(this.#wire, length, isWildcard ? 'below' : 'exact', effect)
  }

  #listAddress(text: string, trigger: string, effect: Effect): void {
    const prefix = readTriggerAddress(text)
    if (prefix === null) this.#sink.refuse('not-an-address')
    else if (trigger === 'client-ip') this.#listClient(prefix, effect)
    else this.#sink.address(prefix.address, prefix.prefixLength, effect)
  }

  #listClient({ address, prefixLength }: Prefix, effect: Effect): void {
    if (this.#sink.client === undefined) this.#sink.refuse('not-yet')
    else this.#sink.client(address, prefixLength, effect)
  }
}

function isSame(a: readonly LocalRecord[], b: readonly LocalRecord[]): boolean {
  return a.length === b.length && a.every((record, index) => record === b[index])
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `1h30m`, `90`. */
function ttlOf(text: string | null): number | null {
  if (text === null) return null
  const parts = text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)
  const seconds = [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit!] ?? 1),
    0,
  )
  return Math.min(seconds, MAX_TTL_SECONDS)
}
