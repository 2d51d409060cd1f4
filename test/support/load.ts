/**
 * Clients that ask all the time, each from its own address and some from several ports, and ask again as stub
 * resolvers do when nothing comes. What became of every query is counted.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { buildQuery } from './dns-client.ts'

const TICK_MS = 10

export interface LoadOptions {
  readonly port: number
  /** Source addresses on loopback. */
  readonly clients: readonly string[]
  readonly socketsPerClient: number
  readonly queriesPerSecond: number
  /** The name of query number n. */
  readonly name: (number: number) => string
  /** How long an attempt waits (default 1,500), and how many there are (default 4). */
  readonly attemptMs?: number
  readonly attempts?: number
}

interface Open {
  readonly name: string
  readonly bytes: Buffer
  readonly firstMs: number
  lastMs: number
  attempts: number
}

/** What became of the queries. */
export interface LoadReport {
  readonly queries: number
  readonly answered: number
  /** Names nobody answered in all attempts. */
  readonly unanswered: readonly string[]
  /** Attempts after a first one. */
  readonly retries: number
  readonly slowestMs: number
  /** Answers by response code. */
  readonly rcodes: Readonly<Record<number, number>>
}

export class Load {
  readonly #options: LoadOptions
  readonly #sockets: { readonly socket: Socket; readonly open: Map<number, Open> }[] = []
  readonly #unanswered: string[] = []
  readonly #rcodes: Record<number, number> = {}
  #queries = 0
  #answered = 0
  #retries = 0
  #slowestMs = 0
  #id = 1
  #sender: NodeJS.Timeout | null = null
  #repeater: NodeJS.Timeout | null = null
  #owed = 0
  #lastMs = performance.now()

  private constructor(options: LoadOptions) {
    this.#options = options
  }

  static async start(options: LoadOptions): Promise<Load> {
    const load = new Load(options)
    const addresses = options.clients.flatMap((client) =>
      Array.from({ length: options.socketsPerClient }, () => client),
    )
    await Promise.all(addresses.map((address) => load.#add(address)))
    load.#lastMs = performance.now()
    load.#sender = setInterval(() => load.#send(), TICK_MS)
    load.#repeater = setInterval(() => load.#repeat(), TICK_MS)
    return load
  }

  get answered(): number {
    return this.#answered
  }

  /** Asks nothing new, waits for what is open, and tells. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.#sender!)
    while (this.#sockets.some(({ open }) => open.size > 0)) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
    clearInterval(this.#repeater!)
    for (const { socket } of this.#sockets) socket.close()
    return {
      queries: this.#queries,
      answered: this.#answered,
      unanswered: this.#unanswered,
      retries: this.#retries,
      slowestMs: Math.round(this.#slowestMs),
      rcodes: this.#rcodes,
    }
  }

  async #add(address: string): Promise<void> {
    const socket = createSocket('udp4')
    const open = new Map<number, Open>()
    socket.on('message', (bytes) => {
      const id = bytes.readUInt16BE(0)
      const query = open.get(id)
      if (query === undefined) return
      open.delete(id)
      this.#answered++
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - query.firstMs)
      const rcode = bytes[3]! & 15
      this.#rcodes[rcode] = (this.#rcodes[rcode] ?? 0) + 1
    })
    // Nobody listens for a moment: what is not answered is asked again.
    socket.on('error', () => {})
    socket.bind(0, address)
    await once(socket, 'listening')
    this.#sockets.push({ socket, open })
  }

  #send(): void {
    const now = performance.now()
    this.#owed += ((now - this.#lastMs) * this.#options.queriesPerSecond) / 1000
    this.#lastMs = now
    // A pause of this process is not made up for by a burst.
    this.#owed = Math.min(this.#owed, this.#options.queriesPerSecond / 10)
    for (; this.#owed >= 1; this.#owed--) {
      const number = this.#queries++
      const { socket, open } = this.#sockets[number % this.#sockets.length]!
      const id = (this.#id = (this.#id % 0xffff) + 1)
      const name = this.#options.name(number)
      const bytes = buildQuery(name, 'A', { id })
      open.set(id, { name, bytes, firstMs: now, lastMs: now, attempts: 1 })
      socket.send(bytes, this.#options.port, '127.0.0.1')
    }
  }

  #repeat(): void {
    const { attemptMs = 1500, attempts = 4, port } = this.#options
    const now = performance.now()
    for (const { socket, open } of this.#sockets) {
      for (const [id, query] of open) {
        if (now - query.lastMs < attemptMs) continue
        if (query.attempts === attempts) {
          open.delete(id)
          this.#unanswered.push(query.name)
          continue
        }
        query.attempts++
        query.lastMs = now
        this.#retries++
        socket.send(query.bytes, port, '127.0.0.1')
      }
    }
  }
}
