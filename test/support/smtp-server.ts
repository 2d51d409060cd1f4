/** An SMTP server that does as it is told: what it says to which command, where it falls silent or hangs up. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { SelfSigned } from './self-signed.ts'

export interface SmtpScript {
  /** What EHLO offers; STARTTLS is added while there is a certificate and the connection is plain. */
  readonly offers?: readonly string[]
  /** Replies by how the command begins (`RCPT TO:<b@`); the longest that fits. `.` is the end of the message. */
  readonly replies?: Readonly<Record<string, string>>
  /** Said at once. */
  readonly greeting?: string
  /** Commands, by their beginning, at which nothing is said any more, or at which the connection is cut. */
  readonly silentAt?: string
  readonly cutAt?: string
  readonly certificate?: SelfSigned
  /** Encrypted from the start. */
  readonly isSecure?: boolean
  /** Said in the clear right behind the reply to STARTTLS. */
  readonly injected?: string
}

export interface SmtpServer {
  readonly port: number
  /** Commands in the order they came, `TLS ` before those that came encrypted; `[closed]` at the end of each. */
  readonly commands: string[]
  /** Messages as they came, dots taken out. */
  readonly mails: string[]
  /** Connections so far. */
  readonly opened: () => number
}

const REPLIES: Readonly<Record<string, string>> = {
  EHLO: '250',
  STARTTLS: '220 go ahead',
  AUTH: '235 welcome',
  'MAIL FROM': '250 ok',
  'RCPT TO': '250 ok',
  DATA: '354 go on',
  '.': '250 queued',
  QUIT: '221 bye',
}

/** Listens on loopback until the test ends. */
export async function startSmtpServer(script: SmtpScript = {}): Promise<SmtpServer> {
  const commands: string[] = []
  const mails: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => commands.push('[closed]'))
    if (script.isSecure) serve(secured(socket, script), script, true, commands, mails, true)
    else serve(socket, script, false, commands, mails, true)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, commands, mails, opened: () => sockets.size }
}

function secured(socket: Socket, { certificate }: SmtpScript): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, key: certificate!.key, cert: certificate!.cert })
  secure.on('error', () => secure.destroy())
  return secure
}

function serve(
  socket: Socket,
  script: SmtpScript,
  isSecure: boolean,
  commands: string[],
  mails: string[],
  isNew: boolean,
): void {
  let buffer = ''
  let mail: string[] | null = null
  const say = (text: string): void => void socket.write(`${text}\r\n`)
  const replyTo = (command: string): string => {
    const table = { ...REPLIES, ...script.replies }
    const keys = Object.keys(table).filter((one) => command.toUpperCase().startsWith(one.toUpperCase()))
    const key = keys.toSorted((a, b) => b.length - a.length)[0]
    return key === undefined ? '334 ' : table[key]!
  }
  const obey = (command: string): void => {
    commands.push(isSecure ? `TLS ${command}` : command)
    const is = (beginning: string | undefined): boolean =>
      beginning !== undefined && command.startsWith(beginning)
    if (is(script.silentAt)) return
    if (is(script.cutAt)) return void socket.destroy()
    const reply = replyTo(command)
    if (command.startsWith('EHLO') && reply === '250') {
      const offers = [...(script.offers ?? []), ...(script.certificate && !isSecure ? ['STARTTLS'] : [])]
      const lines = ['mail.example greets you', ...offers]
      return lines.forEach((line, index) => say(`250${index < lines.length - 1 ? '-' : ' '}${line}`))
    }
    if (command === 'STARTTLS' && reply.startsWith('220')) {
      socket.removeAllListeners('data')
      socket.write(`${reply}\r\n${script.injected ?? ''}`)
      return serve(secured(socket, script), script, true, commands, mails, false)
    }
    say(reply)
    if (command === 'DATA' && reply.startsWith('354')) mail = []
  }
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1')
    for (;;) {
      const end = buffer.indexOf('\r\n')
      if (end < 0) return
      const line = buffer.slice(0, end)
      buffer = buffer.slice(end + 2)
      if (mail === null) obey(line)
      else if (line === '.') {
        mails.push(mail.map((one) => `${one}\r\n`).join(''))
        mail = null
        obey('.')
      } else mail.push(line.startsWith('.') ? line.slice(1) : line)
    }
  })
  if (isNew && script.silentAt !== '') socket.write(script.greeting ?? '220 mail.example ESMTP\r\n')
}
