/**
 * The thread of a load (load-client.ts): sends what is due, reads what has come, waits no longer than a millisecond, and
 * holds its core while it lasts. Through the C library, because node:dgram costs more a packet than the server does.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { C, libc } from '../../src/net/libc.ts'
import { BATCH, MmsgArena } from '../../src/net/mmsg-arena.ts'
import { writeLocal } from '../../src/net/pktinfo.ts'
import { closeSocket, growReceiveBuffer, openUdp, socketName } from '../../src/net/sockets.ts'
import { buildQuery } from '../support/dns-client.ts'
import { clientAddress, type LoadReport, type LoadPlan } from './load-client.ts'
import { quantile } from './table.ts'

const RECEIVE_BYTES = 2048
const SEND_BYTES = 512
const IDS = 0x1_0000
/** How long answers are waited for when all is sent. */
const PATIENCE_MS = 2000
const MAX_LATENCIES = 4_000_000

const plan = workerData as LoadPlan
if (libc === null) throw new Error('the benchmarks need Linux on x86-64 or arm64 and the FFI library')
const calls = libc
const queries = plan.names.map((name) => buildQuery(name, 'A', { id: 0, edns: false }))
const serverName = socketName('127.0.0.1', plan.port)
/** Of each client: sent with every datagram, so that a few sockets are thousands of clients. */
const clients = Array.from({ length: plan.clients }, (_, number) => {
  const bytes = new Uint8Array(16)
  clientAddress(number).split('.').forEach((octet, at) => (bytes[12 + at] = Number(octet))) // prettier-ignore
  return bytes
})
const fds = Array.from({ length: plan.sockets }, () => {
  const fd = openUdp(clients.length > 0 ? '0.0.0.0' : plan.from, 0, { reusePort: false })
  growReceiveBuffer(fd, 4 << 20)
  if (clients.length === 0 && calls.connect(fd, serverName, serverName.length) < 0) throw new Error('cannot connect') // prettier-ignore
  return fd
})
const sending = new MmsgArena(SEND_BYTES)
for (let i = 0; i < BATCH; i++) sending.bytes.set(serverName, sending.nameOf(i))
const receiving = new MmsgArena(RECEIVE_BYTES)
const polled = new Int32Array(fds.length * 2)
fds.forEach((fd, at) => polled.set([fd, C.EPOLLIN], at * 2))
/** When each id of each socket was sent; 0: nothing open. */
const sentMs = new Float64Array(fds.length * IDS)
const nextId = new Uint16Array(fds.length)
const latencies = new Float32Array(Math.min(MAX_LATENCIES, Math.ceil((plan.perSecond + 1000) * plan.seconds)))
let sent = 0
let answered = 0
let notNoError = 0
let lost = 0
let socket = 0

/** Which one is next: names in turn, with many clients a turn of all clients with each. */
function nextQuery(): number {
  const turn = clients.length > 0 ? sent + Math.floor(sent / clients.length) : sent
  return turn % queries.length
}

/** Sends `count` queries by one socket, the next time by the next. */
function send(count: number): void {
  const place = socket++ % fds.length
  const now = performance.now()
  for (let i = 0; i < count; i++) {
    const id = (nextId[place] = nextId[place]! + 1) & 0xffff
    const query = queries[nextQuery()]!
    const buffer = sending.buffers[i]!
    buffer.set(query)
    buffer[0] = id >> 8
    buffer[1] = id & 0xff
    sending.setSize(i, query.length)
    sending.setNameLength(i, clients.length > 0 ? serverName.length : 0)
    if (clients.length > 0) sending.setControlLength(i, writeLocal(sending, i, true, clients[sent % clients.length]!, 0)) // prettier-ignore
    sent++
    if (sentMs[place * IDS + id]! > 0) lost++
    sentMs[place * IDS + id] = now
  }
  for (let from = 0; from < count;) {
    const done = calls.sendmmsg(fds[place]!, sending.headerAt(from), count - from, C.MSG_DONTWAIT)
    // What the kernel does not take counts as unanswered.
    from += Math.max(done, 1)
  }
}

/** Reads all that has come, after waiting for it up to `waitMs`. */
function receive(waitMs: number): void {
  if (calls.poll(polled, fds.length, waitMs) <= 0) return
  for (let place = 0; place < fds.length; place++) {
    if (polled[place * 2 + 1]! >>> 16 === 0) continue
    const count = calls.recvmmsg(fds[place]!, receiving.base, BATCH, C.MSG_DONTWAIT, 0)
    const now = performance.now()
    for (let i = 0; i < count; i++) take(receiving.buffers[i]!, place, now)
    if (count > 0) receiving.resetReceived(count)
  }
}

function take(reply: Uint8Array, place: number, now: number): void {
  const at = place * IDS + ((reply[0]! << 8) | reply[1]!)
  if (sentMs[at] === 0) return
  if (answered < latencies.length) latencies[answered] = now - sentMs[at]!
  sentMs[at] = 0
  answered++
  if ((reply[3]! & 15) !== 0) notNoError++
}

/** So many a second whatever becomes of them. What a pause of this thread has kept back is sent after it. */
function openLoop(): void {
  const startMs = performance.now()
  const endMs = startMs + plan.seconds * 1000
  for (let now = startMs; now < endMs; now = performance.now()) {
    const due = Math.floor(((now - startMs) / 1000) * plan.perSecond) - sent
    for (let left = due; left > 0; left -= plan.inRow) send(Math.min(left, plan.inRow, BATCH))
    receive(1)
  }
}

/** As many as the server takes, at most `window` open. */
function flood(window: number): void {
  const endMs = performance.now() + plan.seconds * 1000
  let heardMs = performance.now()
  let before = 0
  for (let now = heardMs; now < endMs; now = performance.now()) {
    if (answered !== before) heardMs = now
    before = answered
    // Those that were lost on the way would keep the window shut for ever.
    if (sent - answered - lost < window || now - heardMs > 20) send(Math.min(BATCH, plan.inRow))
    receive(sent - answered - lost < window ? 0 : 1)
  }
}

/** One at a time, `gapMs` after the answer to the one before. */
async function oneByOne(gapMs: number): Promise<void> {
  for (let number = 0; number < plan.perSecond * plan.seconds; number++) {
    const before = answered
    const endMs = performance.now() + PATIENCE_MS
    send(1)
    while (answered === before && performance.now() < endMs) receive(10)
    if (gapMs > 0) await new Promise((resolve) => setTimeout(resolve, gapMs))
  }
}

if (plan.kind === 'open') openLoop()
else if (plan.kind === 'flood') flood(plan.window)
else await oneByOne(plan.gapMs)
const endMs = performance.now() + PATIENCE_MS
while (answered + lost < sent && performance.now() < endMs) receive(10)
for (const fd of fds) closeSocket(fd)
const sorted = latencies.slice(0, Math.min(answered, latencies.length)).sort()
const report: LoadReport = {
  sent,
  answered,
  unanswered: sent - answered,
  notNoError,
  p50Ms: quantile(sorted, 0.5),
  p99Ms: quantile(sorted, 0.99),
  p999Ms: quantile(sorted, 0.999),
  worstMs: sorted.at(-1) ?? 0,
}
parentPort!.postMessage(report)
