/**
 * What a fake upstream knows: answers by name and type, aliases followed, wildcards and what is said of the rest.
 */
import type { FakeAnswer, FakeRecord } from './fake-answers.ts'
import { RCODES, typeNumber } from './fake-answers.ts'
import type { RcodeName } from './fake-answers.ts'

export const DEFAULT_TTL = 300
const ANY_TYPE = -1
const MAX_ALIASES = 16

export interface NegativeOptions {
  ttl?: number
  minimum?: number
  /** false: without the SOA that makes it cacheable (RFC 2308 §5). */
  soa?: boolean
}

export class FakeZone {
  readonly #answers = new Map<string, FakeAnswer>()
  readonly #known = new Set<string>()

  /** `type` null: every type. */
  set(name: string, type: string | number | null, answer: FakeAnswer): void {
    this.#answers.set(`${name.toLowerCase()}/${type === null ? ANY_TYPE : typeNumber(type)}`, answer)
    this.#known.add(name.toLowerCase())
  }

  setNegative(name: string, type: string | number | null, rcode: RcodeName, options: NegativeOptions): void {
    const ttl = options.ttl ?? DEFAULT_TTL
    const owner = name === '*' ? '' : (name.split('.').at(-1) ?? '')
    const soa = (options.soa ?? true) ? { owner, ttl, minimum: options.minimum ?? ttl } : null
    this.set(name, type, { rcode: RCODES[rcode], answers: [], soa, extendedError: null })
  }

  forget(name: string): void {
    const start = `${name.toLowerCase()}/`
    for (const key of this.#answers.keys()) if (key.startsWith(start)) this.#answers.delete(key)
    this.#known.delete(name.toLowerCase())
  }

  /** `name` lower-case. */
  find(name: string, qtype: number): FakeAnswer {
    const aliases: FakeRecord[] = []
    for (let hops = 0; hops <= MAX_ALIASES; hops++) {
      const found = this.#answers.get(`${name}/${qtype}`) ?? this.#answers.get(`${name}/${ANY_TYPE}`)
      const alias = found?.answers[0]
      if (alias?.type === 5 && qtype !== 5 && typeof alias.value === 'string') {
        aliases.push(alias)
        name = alias.value.toLowerCase()
        continue
      }
      const last = found ?? this.#unsaid(name, qtype)
      return { ...last, answers: [...aliases, ...last.answers] }
    }
    return { rcode: RCODES.NOERROR, answers: aliases, soa: null, extendedError: null }
  }

  #unsaid(name: string, qtype: number): FakeAnswer {
    const known = this.#known.has(name)
    const any = known ? undefined : (this.#answers.get(`*/${qtype}`) ?? this.#answers.get(`*/${ANY_TYPE}`))
    if (any !== undefined)
      return { ...any, answers: any.answers.map((record) => ({ ...record, owner: name })) }
    const soa = { owner: name.split('.').at(-1) ?? '', ttl: DEFAULT_TTL, minimum: DEFAULT_TTL }
    return { rcode: known ? RCODES.NOERROR : RCODES.NXDOMAIN, answers: [], soa, extendedError: null }
  }
}
