/**
 * Sends: writes the query, draws the socket and the id, and keeps account of what is in flight. `attempts.ts` decides
 * what is sent, and to whom.
 */
import { Octets } from '../octets.ts'
import type { Random } from '../random.ts'
import { MAX_UDP_PAYLOAD } from '../wire/constants.ts'
import { writeQuery } from '../wire/upstream-query.ts'
import { Flight, FLIGHT_MS, FlightTable } from './flights.ts'
import type { Pending } from './pending.ts'
import type { PooledSocket } from './socket-pool.ts'
import type { Upstream } from './upstream.ts'

// AD says that we understand it in the answer (RFC 6840 §5.7).
const FLAGS = { rd: true, cd: false, ad: true }
const FLAGS_CD = { rd: true, cd: true, ad: true }
const EDNS = { udpSize: MAX_UDP_PAYLOAD, dnssecOk: false }
const EDNS_DO = { udpSize: MAX_UDP_PAYLOAD, dnssecOk: true }
const HEADER = 12
const QUERY_BYTES = HEADER + 255 + 4 + 11
const CLASS_IN = 1

export class Sender<Waiter> {
  readonly flights: FlightTable<Pending<Waiter>>
  readonly #random: Random
  readonly #out = new Octets(QUERY_BYTES)

  constructor(random: Random, maxFlights: number) {
    this.#random = random
    this.flights = new FlightTable(maxFlights)
  }

  /** Sends the question to the candidate at `place`; `flags` of `Flight`. False: no socket could be opened. */
  launch(pending: Pending<Waiter>, place: number, flags: number, nowMs: number): boolean {
    const length = this.#write(pending, flags)
    return this.#transmit(pending.candidates[place]!, pending, place, flags, nowMs, length)
  }

  /** Hands the question to the upstream's TCP. False: it has no room. */
  launchTcp(pending: Pending<Waiter>, place: number, flags: number, context: unknown): boolean {
    const length = this.#write(pending, flags)
    return pending.candidates[place]!.tcp.ask(this.#out, length, context)
  }

  /** Asks for `name` (wire form), for nobody. */
  probe(upstream: Upstream, name: Uint8Array, qtype: number, nowMs: number): void {
    const isWithEdns = upstream.edns.isProven(nowMs)
    const length = writeQuery(
      this.#out,
      0,
      name,
      0,
      name.length,
      qtype,
      CLASS_IN,
      FLAGS,
      isWithEdns ? EDNS : null,
    )
    this.#transmit(upstream, null, 0, Flight.Probe | (isWithEdns ? Flight.Edns : 0), nowMs, length)
  }

  /** The question is settled: what is still in flight for it only measures. */
  release(pending: Pending<Waiter>): void {
    for (let entry = pending.firstFlight; entry >= 0;) {
      const sibling = this.flights.sibling[entry]!
      this.flights.pending[entry] = null
      this.flights.sibling[entry] = -1
      entry = sibling
    }
    pending.firstFlight = -1
  }

  /** Forgets flights so old that nobody waits for them. */
  expire(nowMs: number): void {
    const flights = this.flights
    for (let entry = flights.oldest; entry >= 0; entry = flights.oldest) {
      if (nowMs - flights.sentMs[entry]! < FLIGHT_MS) return
      const upstream = flights.socket[entry]!.upstream
      if (flights.flags[entry]! & Flight.Probe) upstream.attemptFailed('timeout', nowMs, FLIGHT_MS)
      this.land(entry)
    }
  }

  #write(pending: Pending<Waiter>, flightFlags: number): number {
    const { name, nameLength, qtype, qclass } = pending
    const nameAt = flightFlags & Flight.MixedCase ? nameLength : 0
    const flags = pending.checkingDisabled ? FLAGS_CD : FLAGS
    const edns = flightFlags & Flight.Edns ? (pending.dnssecOk ? EDNS_DO : EDNS) : null
    return writeQuery(this.#out, 0, name, nameAt, nameLength, qtype, qclass, flags, edns)
  }

  /** Sends the query in `#out` under a free id. False: no socket could be opened. */
  #transmit(
    upstream: Upstream,
    pending: Pending<Waiter> | null,
    place: number,
    flags: number,
    nowMs: number,
    length: number,
  ): boolean {
    const flights = this.flights
    upstream.usedMs = nowMs
    let socket: PooledSocket
    try {
      socket = upstream.pool.draw(nowMs)
    } catch {
      upstream.attemptFailed('network', nowMs)
      return false
    }
    if (flights.isFull) this.land(flights.oldest)
    let id = this.#random.below(0x1_0000)
    while (flights.find(socket.number, id) >= 0) id = this.#random.below(0x1_0000)
    const entry = flights.add(socket, id, place, flags, nowMs, pending)
    if (pending !== null) {
      flights.sibling[entry] = pending.firstFlight
      pending.firstFlight = entry
    }
    this.#out[0] = id >> 8
    this.#out[1] = id & 0xff
    upstream.pool.send(socket, this.#out, length)
    return true
  }

  /** Takes a flight out of the table and out of its question's chain. */
  land(entry: number): void {
    const { pending, sibling, socket } = this.flights
    const own = pending[entry] ?? null
    if (own !== null) {
      if (own.firstFlight === entry) own.firstFlight = sibling[entry]!
      else {
        let before = own.firstFlight
        while (sibling[before] !== entry) before = sibling[before]!
        sibling[before] = sibling[entry]!
      }
    }
    const { upstream } = socket[entry]!
    upstream.pool.landed(socket[entry]!)
    this.flights.remove(entry)
  }
}
