/** The server's end of the notice service's socket, scripted: it says what it is told to and keeps what it hears. */
import { createServer, type Server, type Socket } from 'node:net'
import { LetterLines } from '../../src/notice/letter-lines.ts'
import {
  MAX_LETTER_BYTES,
  type Checked,
  type Contact,
  type NoticeSettings,
  type Reported,
  type ServerLetter,
  type ServiceLetter,
} from '../../src/notice/letters.ts'

export const NOTICE_SETTINGS: NoticeSettings = {
  type: 'settings',
  http: [],
  tls: [],
  tcp: [],
  tproxy: null,
  firstBytes: 512,
  organisation: 'Sở Thông tin và Truyền thông',
  contact: 'Tổ ứng cứu sự cố, 0236 3 999 999',
  units: [],
}

export class NoticeServer {
  readonly path: string
  settings: NoticeSettings
  /** Whether letters of contacts are confirmed. */
  isKeeping = true
  checked: Omit<Checked, 'type' | 'id'> | null = { outcome: 'clean', hits: 0, firstMs: null, lastMs: null, sinceMs: 0 } // prettier-ignore
  reported: Omit<Reported, 'type' | 'id'> | null = { outcome: 'taken', reference: 'B-17' }
  readonly letters: ServiceLetter[] = []
  #server: Server | null = null
  readonly #sockets = new Set<Socket>()

  constructor(path: string, settings: Partial<NoticeSettings> = {}) {
    this.path = path
    this.settings = { ...NOTICE_SETTINGS, ...settings }
  }

  get contacts(): Contact[] {
    return this.letters.flatMap((letter) => (letter.type === 'contacts' ? letter.contacts : []))
  }

  async open(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.path, resolve)
    })
  }

  /** Says `settings` anew to all. */
  settle(settings: Partial<NoticeSettings>): void {
    this.settings = { ...this.settings, ...settings }
    for (const socket of this.#sockets) say(socket, this.settings)
  }

  /** Ends every connection and listens no more. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const server = this.#server
    this.#server = null
    if (server !== null) await new Promise((resolve) => server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    const lines = new LetterLines(MAX_LETTER_BYTES)
    socket.on('close', () => this.#sockets.delete(socket))
    // The service may be killed.
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.#hear(socket, JSON.parse(line) as ServiceLetter)
    })
  }

  #hear(socket: Socket, letter: ServiceLetter): void {
    this.letters.push(letter)
    if (letter.type === 'hello') say(socket, this.settings)
    if (letter.type === 'contacts' && this.isKeeping) say(socket, { type: 'kept', sequence: letter.sequence })
    if (letter.type === 'check' && this.checked !== null)
      say(socket, { type: 'checked', id: letter.id, ...this.checked })
    if (letter.type === 'report' && this.reported !== null)
      say(socket, { type: 'reported', id: letter.id, ...this.reported })
  }
}

function say(socket: Socket, letter: ServerLetter): void {
  socket.write(`${JSON.stringify(letter)}\n`)
}
