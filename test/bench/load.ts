/** From start to the first blocked answer with a long list, from text and from the packed copy, and what it holds. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { buildQuery } from '../support/dns-client.ts'
import { listedNames } from './names.ts'
import { hasData, pause, Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const ANSWER_LIMIT_MS = 120_000
const PROBE_MS = 5
/** A list is written so many names at a time. */
const PART = 1_000_000

export async function load(sizes: readonly number[]): Promise<Table> {
  const rows: (string | number)[][] = []
  // First a list of one name: what there is without any, and what is compiled is then found by the others.
  for (const size of [1, ...sizes]) {
    const product = new Product({ names: [] })
    try {
      const last = writeNames(product, size)
      // The same for both: a server that listens elsewhere is another one.
      const port = await freePort()
      for (const source of ['text', 'packed copy']) rows.push([size.toLocaleString('en'), source, ...(await measure(product, last, port))]) // prettier-ignore
    } finally {
      await product.close()
    }
  }
  return {
    title: 'load: from start to the first blocked answer',
    columns: ['names', 'from', 'first answer s', 'resident MB', 'peak MB'],
    rows,
    note: 'Resident when everything is written down and nothing is asked.',
  }
}

/** Writes the list in parts; returns its last name. */
function writeNames(product: Product, size: number): string {
  const file = openSync(join(product.directory, 'list.txt'), 'w')
  let last = ''
  for (let from = 0; from < size; from += PART) {
    const part = listedNames(Math.min(PART, size - from)).map((name) => (from === 0 ? name : `p${from / PART}-${name}`)) // prettier-ignore
    writeSync(file, `${part.join('\n')}\n`)
    last = part.at(-1)!
  }
  closeSync(file)
  return last
}

async function measure(product: Product, name: string, port: number): Promise<number[]> {
  const startMs = performance.now()
  const answered = firstBlocked(port, name)
  const ready = product.start(port)
  await Promise.race([ready, answered])
  const seconds = ((await answered) - startMs) / 1000
  await ready
  for (let left = 300; left > 0 && !hasData(product, 'snapshot.packed'); left--) await pause(100)
  await pause(2000)
  const figures = [rounded(seconds), product.residentMb, product.peakMb]
  await product.stop()
  return figures
}

/** Asks again and again; resolves with the time of the first answer that is the sinkhole's. */
async function firstBlocked(port: number, name: string): Promise<number> {
  const socket = createSocket('udp4')
  // Nobody listens yet.
  socket.on('error', () => {})
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearInterval(timer)
      clearTimeout(limit)
      socket.close()
      settle()
    }
    const timer = setInterval(() => socket.send(buildQuery(name, 'A', { edns: false })), PROBE_MS)
    const limit = setTimeout(() => end(() => reject(new Error(`${name} is not blocked`))), ANSWER_LIMIT_MS)
    socket.on('message', (reply) => {
      const isBlocked = reply.subarray(-4).equals(Buffer.from([10, 10, 10, 10]))
      if (isBlocked) end(() => resolve(performance.now()))
    })
  })
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
