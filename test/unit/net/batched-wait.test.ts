/** How a thread of batched datagrams sleeps and wakes: in Node's own event loop, with everything else on it. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DESCRIPTOR_BYTES, DescriptorTable } from '../../../src/net/descriptors.ts'
import { boundPort, closeSocket, duplicate, openUdp } from '../../../src/net/sockets.ts'
import type { EchoReport, EchoStart } from './batched-thread.ts'

const THREAD = join(import.meta.dirname, 'batched-thread.ts')
/** Datagrams on their way at a time under load. */
const OPEN = 64
const DEATHS = 20

class EchoThread {
  readonly worker: Worker
  readonly tcpPort: number
  readonly #descriptors: SharedArrayBuffer

  private constructor(worker: Worker, descriptors: SharedArrayBuffer, tcpPort: number) {
    this.worker = worker
    this.#descriptors = descriptors
    this.tcpPort = tcpPort
  }

  /** Starts one that answers on the UDP socket `fd`, of which it gets a duplicate, as from main. */
  static async start(fd: number): Promise<EchoThread> {
    const descriptors = new SharedArrayBuffer(DESCRIPTOR_BYTES)
    const worker = new Worker(THREAD, {
      workerData: { fd: duplicate(fd), descriptors } satisfies EchoStart,
    })
    const [report] = (await once(worker, 'message')) as [EchoReport]
    return new EchoThread(worker, descriptors, report.tcpPort)
  }

  async ask(letter: { timerMs?: number } = {}): Promise<EchoReport> {
    const answered = once(this.worker, 'message')
    this.worker.postMessage(letter)
    return ((await answered) as [EchoReport])[0]
  }

  async stop(): Promise<void> {
    await this.worker.terminate()
    new DescriptorTable(this.#descriptors).closeAll(closeSocket)
  }
}

let fd: number
let client: Socket

beforeEach(() => {
  fd = openUdp('127.0.0.1', 0, { reusePort: false })
  client = createSocket('udp4')
})
afterEach(() => {
  client.close()
  closeSocket(fd)
})

async function echo(byte: number): Promise<number> {
  const answered = once(client, 'message')
  client.send(Uint8Array.of(byte), boundPort(fd), '127.0.0.1')
  return ((await answered) as [Buffer])[0][0]!
}

async function echoByTcp(port: number): Promise<string> {
  const connection = connect(port, '127.0.0.1')
  connection.write('still there?')
  const [bytes] = (await once(connection, 'data')) as [Buffer]
  connection.destroy()
  return bytes.toString()
}

/** Resolves when a datagram of this byte has come back. */
function heard(byte: number): Promise<void> {
  return new Promise((resolve) => {
    const listener = (bytes: Buffer): void => {
      if (bytes[0] !== byte) return
      client.off('message', listener)
      resolve()
    }
    client.on('message', listener)
  })
}

/** Keeps `OPEN` datagrams under way; counts the answers. */
function load(): { answers: number } {
  const seen = { answers: 0 }
  const port = boundPort(fd)
  client.on('message', () => {
    seen.answers++
    client.send(Uint8Array.of(1), port, '127.0.0.1')
  })
  for (let i = 0; i < OPEN; i++) client.send(Uint8Array.of(1), port, '127.0.0.1')
  return seen
}

describe('a thread of batched datagrams', () => {
  it('wakes up for a datagram, with nothing else to wake it', async () => {
    const thread = await EchoThread.start(fd)
    for (let i = 1; i <= 20; i++) expect(await echo(i)).toBe(i)
    await thread.stop()
  })

  it('sleeps while nothing comes', async () => {
    const thread = await EchoThread.start(fd)
    expect(await echo(1)).toBe(1)
    const before = (await thread.ask()).looks
    await new Promise((resolve) => setTimeout(resolve, 100))
    // The datagram, the two letters, and what Node itself may do in between; a loop that spins looks thousands of times.
    expect((await thread.ask()).looks - before).toBeLessThan(20)
    await thread.stop()
  })

  it('wakes up for letters, timers and TCP', async () => {
    const thread = await EchoThread.start(fd)
    await thread.ask()
    await thread.ask({ timerMs: 5 })
    expect(await echoByTcp(thread.tcpPort)).toBe('still there?')
    await thread.stop()
  })

  it('keeps letters, timers and TCP going while datagrams come without end', async () => {
    const thread = await EchoThread.start(fd)
    const seen = load()
    for (let i = 0; i < 5; i++) {
      await thread.ask()
      await thread.ask({ timerMs: 2 })
      expect(await echoByTcp(thread.tcpPort)).toBe('still there?')
    }
    expect(seen.answers).toBeGreaterThan(OPEN)
    await thread.stop()
  })

  it.each([
    { came: 7, waits: 0, why: 'few: whoever asked is answered at once, and so is the next' },
    { came: 8, waits: 1, why: 'many, and more are about to come' },
    { came: 63, waits: 1, why: 'many, and more are about to come' },
    { came: 64, waits: 0, why: 'a full batch: more may be there already' },
  ])('waits $waits times for more behind $came that came together: $why', async ({ came, waits }) => {
    let answers = 0
    const answered = new Promise<void>((resolve) => {
      client.on('message', () => {
        if (++answers === came) resolve()
      })
    })
    // They are there before anybody reads.
    for (let i = 0; i < came; i++)
      await new Promise((sent) => client.send(Uint8Array.of(i), boundPort(fd), '127.0.0.1', sent))
    const thread = await EchoThread.start(fd)
    await answered
    expect((await thread.ask()).waits).toBe(waits)
    await thread.stop()
  })

  it('may end at any moment: the next one answers what has come meanwhile', async () => {
    let thread = await EchoThread.start(fd)
    load()
    for (let death = 0; death < DEATHS; death++) {
      // Somewhere in a batch, another moment each time.
      for (let wait = 0; wait < death % 4; wait++) await new Promise((resolve) => setImmediate(resolve))
      await thread.stop()
      const answered = heard(100 + death)
      client.send(Uint8Array.of(100 + death), boundPort(fd), '127.0.0.1')
      thread = await EchoThread.start(fd)
      await answered
    }
    await thread.stop()
  }, 30_000)
})
