/**
 * The officer's console: the files of src/web/built below /console/. Every path there that is no file is a page of it,
 * and gets the document that draws them all. Without client data, so free; what it shows it asks of the API.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Admin } from './app.ts'

const BUILT = join(import.meta.dirname, '../web/built')
const DOCUMENT = 'index.html'
const BROTLI_QUALITY = 9

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Nothing but what comes from here, and no text that becomes code. Elements are styled by classes and by script. */
const CONSOLE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/** What comes to a browser: its bytes, the same compressed, and the tag that says whether it has them already. */
export interface ConsoleFile {
  readonly type: string
  readonly etag: string
  readonly bytes: Buffer
  /** Compressed when it is first asked for, off this thread. */
  brotli: Promise<Buffer> | null
}

/** Reads what was built; a few files, read whole. Throws where there are none. */
export function readConsoleFiles(directory: string = BUILT): ReadonlyMap<string, ConsoleFile> {
  return new Map(
    readdirSync(directory).map((name) => {
      const bytes = readFileSync(join(directory, name))
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
      return [name, { type: TYPES[extname(name)] ?? 'application/octet-stream', etag, bytes, brotli: null }]
    }),
  )
}

/** `/` leads to the console. */
export function addConsoleRoutes(
  app: Admin,
  files: ReadonlyMap<string, ConsoleFile> = readConsoleFiles(),
): void {
  const hidden = { config: { access: 'free' }, schema: { hide: true } } as const
  app.get('/', hidden, (_request, reply) => reply.redirect('/console/', 302))
  app.get('/console', hidden, (_request, reply) => reply.redirect('/console/', 302))
  app.get('/console/*', hidden, (request: FastifyRequest, reply) => {
    const name = (request.params as { readonly '*': string })['*']
    return sendFile(request, reply, files.get(name) ?? files.get(DOCUMENT)!)
  })
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: ConsoleFile,
): Promise<FastifyReply> {
  void reply.headers({
    'content-type': file.type,
    'content-security-policy': CONSOLE_POLICY,
    // Kept, and asked for again each time: after an upgrade nobody works with the pages before it.
    'cache-control': 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
  })
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  if (!/\bbr\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(file.bytes)
  file.brotli ??= compress(file.bytes)
  return reply.header('content-encoding', 'br').send(await file.brotli)
}

function compress(bytes: Buffer): Promise<Buffer> {
  return promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
}
