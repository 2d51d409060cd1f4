/**
 * A scripted upstream on loopback, UDP and TCP on one port. It answers what it was told, misbehaves as it was told,
 * and keeps every query it saw. Its answers are built by dns2 (fake-answers.ts), independently of src/wire.
 *
 *   const up = await FakeUpstream.start()
 *   up.answer('a.test', 'A', '192.0.2.1', { ttl: 60 }).delay(20)
 *   …  expect(up.queries).toHaveLength(1)  …
 *   await up.stop()
 */
import { encodeAnswer, RCODES, readSeen, typeNumber } from './fake-answers.ts'
import type { FakeAnswer, FakeRecord, RcodeName, SeenQuery, Shape } from './fake-answers.ts'
import { FakeSockets } from './fake-sockets.ts'
import { DEFAULT_TTL, FakeZone } from './fake-zone.ts'
import type { NegativeOptions } from './fake-zone.ts'

export { svcbRdata } from './fake-answers.ts'
export type { SeenQuery } from './fake-answers.ts'

/** How a reply over UDP is falsified; `source`: sent from another port. TCP is left alone. */
export type Mangling = 'id' | 'question' | 'case' | 'source'
type Send = (bytes: Buffer) => void
interface Misbehaviour {
  readonly name: string | null
  left: number
}

export class FakeUpstream {
  readonly address: string
  /** Every query in the order of arrival, also those left unanswered. */
  readonly queries: SeenQuery[] = []
  /** Queries by which an exchange looks for loops and health. They are answered and kept apart; counts do not see them. */
  readonly probes: SeenQuery[] = []
  /** Datagrams and TCP messages that were no query dns2 could read. */
  unreadable = 0
  /** TCP connections accepted so far. */
  connections = 0
  #port = 0
  readonly #zone = new FakeZone()
  readonly #drops: Misbehaviour[] = []
  readonly #truncations = new Set<string>()
  readonly #manglings: (Misbehaviour & { kind: Mangling })[] = []
  readonly #delays = new Map<string, number>()
  #onEdns: 'answer' | 'formerr' | 'notimp' | 'badvers' | 'drop' | 'ignore' = 'answer'
  #authenticData = false
  #tcpOff = false
  #holding = false
  #raw: ((query: SeenQuery) => Uint8Array | null) | null = null
  #held: (() => void)[] = []
  #sockets: FakeSockets | null = null
  readonly #timers = new Set<NodeJS.Timeout>()

  private constructor(address: string) {
    this.address = address
  }

  /** Listens on `address`; port 0 takes a free one. */
  static async start(options: { address?: string; port?: number } = {}): Promise<FakeUpstream> {
    const upstream = new FakeUpstream(options.address ?? '127.0.0.1')
    upstream.#port = options.port ?? 0
    await upstream.#open()
    return upstream
  }

  get port(): number {
    return this.#port
  }

  /** As settings want it. */
  get endpoint(): { address: string; port: number } {
    return { address: this.address, port: this.#port }
  }

  /** As the configuration and the command line want it: `127.0.0.1:5300`, `[::1]:5300`. */
  get text(): string {
    return this.address.includes(':') ? `[${this.address}]:${this.#port}` : `${this.address}:${this.#port}`
  }

  /** The queries for `name` (and `type`) alone. */
  seen(name: string, type?: string): SeenQuery[] {
    return this.queries.filter(
      (query) => query.name === name.toLowerCase() && (type === undefined || query.type === type),
    )
  }

  // What it knows. A name nothing was said about is NXDOMAIN with an SOA of TTL 300; `*` stands for every name.

  /** Answers `name`/`type` with one record a value; text for A, AAAA, CNAME, NS, PTR, TXT, else raw RDATA. */
  answer(
    name: string,
    type: string | number,
    value: string | Uint8Array | readonly (string | Uint8Array)[],
    options: { ttl?: number; rcode?: RcodeName } = {},
  ): this {
    const values = typeof value === 'string' || value instanceof Uint8Array ? [value] : value
    const common = { owner: name, type: typeNumber(type), ttl: options.ttl ?? DEFAULT_TTL }
    const answers = values.map((each): FakeRecord => ({ ...common, value: each }))
    const rcode = RCODES[options.rcode ?? 'NOERROR']
    this.#zone.set(name, type, { rcode, answers, soa: null, extendedError: null })
    return this
  }

  /** Every type of `name` is an alias of `target`; what is known of the target is sent along. */
  cname(name: string, target: string, options: { ttl?: number } = {}): this {
    const record: FakeRecord = { owner: name, type: 5, ttl: options.ttl ?? DEFAULT_TTL, value: target }
    this.#zone.set(name, null, { rcode: RCODES.NOERROR, answers: [record], soa: null, extendedError: null })
    return this
  }

  /** NOERROR without records, with an SOA unless `soa` is false (RFC 2308 §2.2). */
  nodata(name: string, type: string | number | null = null, options: NegativeOptions = {}): this {
    this.#zone.setNegative(name, type, 'NOERROR', options)
    return this
  }

  nxdomain(name: string, options: NegativeOptions = {}): this {
    this.#zone.setNegative(name, null, 'NXDOMAIN', options)
    return this
  }

  /** Any rcode without records; `*` for all names; with an extended error (RFC 8914) where given. */
  rcode(name: string, rcode: RcodeName, extendedError: FakeAnswer['extendedError'] = null): this {
    this.#zone.set(name, null, { rcode: RCODES[rcode], answers: [], soa: null, extendedError })
    return this
  }

  servfail(name = '*', extendedError: FakeAnswer['extendedError'] = null): this {
    return this.rcode(name, 'SERVFAIL', extendedError)
  }

  refused(name = '*'): this {
    return this.rcode(name, 'REFUSED')
  }

  /** Forgets what it knows of `name`. */
  forget(name: string): this {
    this.#zone.forget(name)
    return this
  }

  /** Sends these bytes (the id of the query put in) for everything, or what the function makes (null: nothing; id as it is). */
  raw(bytes: Uint8Array | ((query: SeenQuery) => Uint8Array | null) | null): this {
    if (bytes === null || typeof bytes === 'function') {
      this.#raw = bytes
      return this
    }
    this.#raw = (query) => {
      const copy = Buffer.from(bytes)
      if (copy.length >= 2) copy.writeUInt16BE(query.id, 0)
      return copy
    }
    return this
  }

  /** Builds the answer it would give: for use inside `raw`. */
  reply(query: SeenQuery, shape: Shape = {}): Buffer {
    return encodeAnswer(query, this.#zone.find(query.name, query.qtype), shape)
  }

  // How it misbehaves.

  /** Waits before each answer, of `name` alone where given. */
  delay(milliseconds: number, name = '*'): this {
    this.#delays.set(name.toLowerCase(), milliseconds)
    return this
  }

  /** Keeps answers back until `release`. */
  hold(): this {
    this.#holding = true
    return this
  }

  /** Sends what was kept back, in the order `arrange` makes of it; later answers go out at once. */
  release(arrange: (held: (() => void)[]) => (() => void)[] = (held) => held): this {
    this.#holding = false
    const held = this.#held
    this.#held = []
    for (const send of arrange(held)) send()
    return this
  }

  /** How many answers are kept back. */
  get held(): number {
    return this.#held.length
  }

  /** Answers over UDP say TC=1 and carry no records. */
  truncate(name = '*'): this {
    this.#truncations.add(name.toLowerCase())
    return this
  }

  /** Leaves the next `count` queries unanswered (of `name`, where given). */
  drop(count = Infinity, name: string | null = null): this {
    this.#drops.push({ name: name?.toLowerCase() ?? null, left: count })
    return this
  }

  /** Falsifies the next `count` answers over UDP. */
  mangle(kind: Mangling, count = Infinity, name: string | null = null): this {
    this.#manglings.push({ kind, name: name?.toLowerCase() ?? null, left: count })
    return this
  }

  /** FORMERR without OPT to any query with EDNS, as servers that never heard of it. */
  formerrOnEdns(): this {
    return this.onEdns('formerr')
  }

  /** Queries with EDNS vanish, as behind a bad firewall. */
  dropEdns(): this {
    return this.onEdns('drop')
  }

  onEdns(what: 'answer' | 'formerr' | 'notimp' | 'badvers' | 'drop' | 'ignore'): this {
    this.#onEdns = what
    return this
  }

  /** Sets AD in every answer. */
  authenticated(on = true): this {
    this.#authenticData = on
    return this
  }

  /** TCP connections are closed as soon as they are accepted. */
  refuseTcp(on = true): this {
    this.#tcpOff = on
    return this
  }

  /** Ends all misbehaviour; what it knows stays. */
  mend(): this {
    this.#drops.length = 0
    this.#manglings.length = 0
    this.#truncations.clear()
    this.#delays.clear()
    this.#onEdns = 'answer'
    this.#tcpOff = false
    this.#raw = null
    return this.release()
  }

  /** Closes its sockets: the port is unreachable. */
  async down(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#held = []
    const sockets = this.#sockets
    this.#sockets = null
    await sockets?.close()
  }

  /** Listens again on the same port. */
  async up(): Promise<void> {
    if (this.#sockets === null) await this.#open()
  }

  async stop(): Promise<void> {
    await this.down()
  }

  async #open(): Promise<void> {
    this.#sockets = await FakeSockets.open(
      this.address,
      this.#port,
      (bytes, port, transport, reply, replyAsStranger) => {
        const query = readSeen(bytes, transport, port)
        if (query === null) this.unreadable++
        else
          this.#serve(query, transport === 'udp' && this.#mangles('source', query) ? replyAsStranger : reply)
      },
      () => {
        this.connections++
        return !this.#tcpOff
      },
    )
    this.#port = this.#sockets.port
  }

  #serve(query: SeenQuery, send: Send): void {
    ;(isProbe(query) ? this.probes : this.queries).push(query)
    if ((query.edns !== null && this.#onEdns === 'drop') || this.#takes(this.#drops, query)) return
    const reply = this.#makeReply(query)
    if (reply === null) return
    const milliseconds = this.#delays.get(query.name) ?? this.#delays.get('*') ?? 0
    if (this.#holding && !isProbe(query)) this.#held.push(() => send(reply))
    else if (milliseconds === 0) send(reply)
    else {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        send(reply)
      }, milliseconds)
      this.#timers.add(timer)
    }
  }

  #makeReply(query: SeenQuery): Buffer | null {
    if (this.#raw !== null) {
      const bytes = this.#raw(query)
      return bytes === null ? null : Buffer.from(bytes)
    }
    if (query.edns !== null && this.#onEdns !== 'answer' && this.#onEdns !== 'ignore') {
      const rcode = { formerr: 1, notimp: 4, badvers: 16, drop: 2 }[this.#onEdns]
      const refusal: FakeAnswer = { rcode, answers: [], soa: null, extendedError: null }
      return encodeAnswer(query, refusal, { withEdns: rcode === RCODES.BADVERS })
    }
    const shape: Shape = { authenticData: this.#authenticData, withEdns: this.#onEdns !== 'ignore' }
    if (query.transport === 'udp') {
      shape.truncated = this.#truncations.has(query.name) || this.#truncations.has('*')
      if (this.#mangles('id', query)) shape.id = query.id ^ 1
      if (this.#mangles('case', query)) shape.spelled = query.name
      if (this.#mangles('question', query)) shape.spelled = `not.${query.spelled}`
    }
    return encodeAnswer(query, this.#zone.find(query.name, query.qtype), shape)
  }

  #mangles(kind: Mangling, query: SeenQuery): boolean {
    return this.#takes(
      this.#manglings.filter((each) => each.kind === kind),
      query,
    )
  }

  #takes(from: readonly Misbehaviour[], query: SeenQuery): boolean {
    const found = from.find((each) => each.left > 0 && (each.name === null || each.name === query.name))
    if (found === undefined || (isProbe(query) && found.left !== Infinity)) return false
    found.left--
    return true
  }
}

/** See src/upstream/loop-probe.ts. */
function isProbe(query: SeenQuery): boolean {
  return query.name.endsWith('.loop-probe.thanhloc.internal')
}
