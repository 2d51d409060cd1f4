/**
 * The admin API of the running server over `<data>/admin.sock`: no token, the mode of the socket decides who may. The
 * data directory is found even in a configuration that is broken elsewhere: a wrong block must be undone then too.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { baseDirectory } from '../config/load.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import { CommandError } from './command.ts'
import { CONFIG_OPTION, DEFAULT_CONFIG } from './settings-options.ts'

export const SOCKET_OPTIONS: OptionSpecs = {
  data: {
    value: 'DIR',
    help: 'data directory of the running server; that of the configuration unless given',
  },
  ...CONFIG_OPTION,
}

const TIMEOUT_MS = 30_000
const MAX_REPLY_BYTES = 16 * 1024 * 1024

/** No server answers on the socket. */
export class NotRunningError extends CommandError {}

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With its query string: `/api/v1/status`. */
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  /** A file, in place of `body`. */
  readonly bytes?: Uint8Array
  /** How long the server may be silent; 30 s unless given. */
  readonly timeoutMs?: number
}

/** Path of the socket that the options name. */
export function socketPath(args: Arguments): string {
  return join(dataDirectory(args), 'admin.sock')
}

/** The data directory that the options name. */
export function dataDirectory(args: Arguments): string {
  const data = args.text('data')
  return data === null ? storePath(args.text('config') ?? DEFAULT_CONFIG) : resolve(data)
}

/** The decoded JSON of the reply. Throws NotRunningError, or CommandError with the server's own words. */
export async function callAdmin(socket: string, asked: AdminRequest): Promise<unknown> {
  const { method, path, body, bytes, timeoutMs = TIMEOUT_MS } = asked
  const payload = method === 'GET' ? '' : (bytes ?? JSON.stringify(body ?? {}))
  const type = bytes === undefined ? 'application/json' : 'application/octet-stream'
  // Node gives a DELETE no length by itself, and its body would then be read as the next request.
  const described = { 'content-type': type, 'content-length': Buffer.byteLength(payload) }
  const headers = { host: 'localhost', ...(method !== 'GET' && described) }
  const { status, text } = await new Promise<{ status: number; text: string }>((settle, fail) => {
    const call = request({ socketPath: socket, method, path, headers, timeout: timeoutMs }, (reply) => {
      const chunks: Buffer[] = []
      let size = 0
      reply.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > MAX_REPLY_BYTES) reply.destroy(new Error('the reply is too long'))
      })
      reply.on('end', () => settle({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      reply.on('error', fail)
    })
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    call.on('error', fail)
    call.end(payload)
  }).catch((error: NodeJS.ErrnoException) => {
    throw explain(error, socket)
  })
  const reply = parseJson(text)
  if (status >= 400) throw new CommandError(problemText(reply) ?? `the server answered with status ${status}`)
  return reply
}

function explain(error: NodeJS.ErrnoException, socket: string): CommandError {
  const { code, message } = error
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') {
    return new NotRunningError(
      `no server runs with the data directory ${dirname(socket)}; start it with \`thanhloc serve\`, or name the directory it uses with --data DIR`,
      undefined,
      { cause: error },
    )
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new CommandError(
      `this user may not use ${socket}; run the command as the user the server runs as`,
      undefined,
      {
        cause: error,
      },
    )
  }
  return new CommandError(`asking the server over ${socket}: ${message}`, undefined, { cause: error })
}

/** `store.path` of a configuration file that may be broken elsewhere; what `serve` would use. */
function storePath(file: string): string {
  let configured: unknown
  try {
    configured = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: false }).getIn(['store', 'path'])
  } catch {
    // Not readable at all: the default directory is the best guess, and the error to come names it.
  }
  return resolve(baseDirectory(file, process.cwd()), typeof configured === 'string' ? configured : 'data')
}

/** RFC 9457: `detail` says what happened, `title` what kind of thing. */
function problemText(reply: unknown): string | null {
  if (typeof reply !== 'object' || reply === null) return null
  const { title, detail } = reply as { readonly title?: unknown; readonly detail?: unknown }
  if (typeof detail === 'string' && detail !== '') return detail
  return typeof title === 'string' ? title : null
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return null
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new CommandError('the server answered something that is not JSON', undefined, { cause: error })
  }
}
