/** One question to one DNS server, over UDP: for reverse lookups, which are few and may fail. */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Endpoint } from '../config/settings.ts'
import { decode, type DecodedMessage } from '../message/decode.ts'
import { encodeQuery } from '../message/encode-query.ts'
import type { Random } from '../random.ts'

/** How long one server is waited for. */
const ATTEMPT_MS = 1500

/**
 * What `server` answers to a question for `name`. Each question has a socket, and so a port, of its own, and an id
 * that cannot be guessed; only the server's own word on this very question counts. Rejects when there is none in time.
 */
export function askServer(
  server: Endpoint,
  name: string,
  qtype: 'PTR',
  random: Random,
): Promise<DecodedMessage> {
  const query = encodeQuery({ name, qtype: QTYPES[qtype], id: random.below(0x1_0000) })
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    const end = (finish: () => void): void => {
      clearTimeout(timer)
      closeOnce(socket)
      finish()
    }
    const fail = (error: Error): void => end(() => reject(error))
    const timer = setTimeout(() => fail(new Error(`no answer within ${ATTEMPT_MS} ms`)), ATTEMPT_MS)
    socket.on('error', fail)
    socket.on('message', (bytes) => {
      const message = answerTo(query, name, qtype, bytes)
      if (message !== null) end(() => resolve(message))
    })
    // Connected: the kernel drops what others send, and reports a closed port.
    socket.connect(server.port, server.address, () => socket.send(query))
  })
}

const QTYPES = { PTR: 12 } as const

/** The decoded answer; null for what is none to this question, or cannot be read. */
function answerTo(query: Uint8Array, name: string, qtype: string, bytes: Uint8Array): DecodedMessage | null {
  if (bytes.length < 12 || bytes[0] !== query[0] || bytes[1] !== query[1]) return null
  let message: DecodedMessage
  try {
    message = decode(bytes)
  } catch {
    // Whoever guesses the port may send anything; the true answer may still come.
    return null
  }
  const [question] = message.questions
  const isAnswer =
    message.flags.includes('qr') &&
    message.questions.length === 1 &&
    question?.name.toLowerCase() === `${name}.` &&
    question.type === qtype
  return isAnswer ? message : null
}

function closeOnce(socket: Socket): void {
  socket.removeAllListeners()
  // What arrives between here and the close is nobody's.
  socket.on('error', () => {})
  socket.close()
}
