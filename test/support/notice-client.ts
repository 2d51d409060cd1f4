/** A notice service that says what a test tells it to, and keeps what it is told. */
import { connect, type Socket } from 'node:net'
import { LetterLines } from '../../src/notice/letter-lines.ts'
import type { Contact, ServerLetter, ServiceLetter } from '../../src/notice/letters.ts'

export class NoticeClient {
  readonly heard: ServerLetter[] = []
  isClosed = false
  readonly #socket: Socket
  readonly #lines = new LetterLines(64 << 20)
  #sequence = 0
  #id = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.heard.push(JSON.parse(line) as ServerLetter)
    })
    socket.on('close', () => (this.isClosed = true))
    socket.on('error', () => {})
  }

  /** Connects to the socket at `path` and says hello, unless `session` is null. Rejects where nobody listens. */
  static open(path: string, session: string | null = 'session-1'): Promise<NoticeClient> {
    return new Promise((settle, fail) => {
      const socket = connect(path)
      socket.once('error', fail)
      socket.once('connect', () => {
        const client = new NoticeClient(socket)
        if (session !== null) client.say({ type: 'hello', session, version: '0.1.0' })
        settle(client)
      })
    })
  }

  say(letter: ServiceLetter): void {
    this.write(`${JSON.stringify(letter)}\n`)
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** Sends contacts as the next letter, or as that one; resolves when they are confirmed. */
  async contacts(contacts: readonly Contact[], sequence = ++this.#sequence, dropped = 0): Promise<void> {
    this.say({ type: 'contacts', sequence, contacts, dropped })
    await this.until((letter) => letter.type === 'kept' && letter.sequence === sequence)
  }

  async check(client: string): Promise<ServerLetter> {
    const id = ++this.#id
    this.say({ type: 'check', id, client })
    return this.until((letter) => letter.type === 'checked' && letter.id === id)
  }

  async report(client: string, name: string, text = ''): Promise<ServerLetter> {
    const id = ++this.#id
    this.say({ type: 'report', id, client, name, text })
    return this.until((letter) => letter.type === 'reported' && letter.id === id)
  }

  /** The first letter heard so far or from now on that fits; rejects after five seconds. */
  async until(fits: (letter: ServerLetter) => boolean): Promise<ServerLetter> {
    for (let waited = 0; waited < 5000; waited += 10) {
      const found = this.heard.find(fits)
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`not heard; heard ${JSON.stringify(this.heard.map(({ type }) => type))}, ${this.isClosed ? 'closed' : 'open'}`) // prettier-ignore
  }

  async closed(): Promise<void> {
    for (let waited = 0; waited < 8000 && !this.isClosed; waited += 10)
      await new Promise((resolve) => setTimeout(resolve, 10))
    if (!this.isClosed) throw new Error('the connection is still open')
  }

  close(): void {
    this.#socket.destroy()
  }
}
