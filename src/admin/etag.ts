/**
 * Tags of what is read from the store (RFC 9110 §8.8.3), so that who asks again and again is told in one line that
 * nothing has changed. A tag stands for everything an answer rests on, not for its bytes: it is there before anything is
 * read, and every commit, change of settings and change of the caller's rights makes another.
 */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../accounts/principal.ts'
import type { Random } from '../random.ts'
import type { Admin } from './app.ts'

/** What a route reads: clients, cases and hits, or the figures about them, which are read now and then. */
export type Reads = 'store' | 'figures'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: its answers have no tag. */
    reads?: Reads
  }
  interface FastifyRequest {
    /** Of the answer. */
    tag: string | null
  }
}

/** Another text for another state of each. Throw StoreUnavailable. */
export type Revisions = Readonly<Record<Reads, () => string>>

export interface TagSources {
  readonly revisions: Revisions
  /** Those in force now. */
  readonly settings: () => object
  readonly random: Random
}

export class Tags {
  readonly #sources: TagSources
  /** Of this start of the program: nobody can guess a tag, or bring one of another start. */
  readonly #secret: string
  #settings: object
  #generation = 0

  constructor(sources: TagSources) {
    this.#sources = sources
    this.#secret = Array.from({ length: 4 }, () => sources.random.bits32()).join('.')
    this.#settings = sources.settings()
  }

  /** Of the answer to `url`, for that caller, now. Throws StoreUnavailable. */
  of(reads: Reads, url: string, { kind, name, role, units }: Principal): string {
    const settings = this.#sources.settings()
    if (settings !== this.#settings) this.#generation += 1
    this.#settings = settings
    const rests = [
      this.#secret,
      this.#sources.revisions[reads](),
      this.#generation,
      kind,
      name,
      role,
      units,
      url,
    ]
    return `"${createHash('sha256').update(JSON.stringify(rests)).digest('base64url').slice(0, 27)}"`
  }
}

/** Answers 304 where the caller has what would be answered, and gives tags to what is; behind the guard. */
export function addTags(app: Admin, tags: Tags): void {
  app.decorateRequest('tag', null)
  app.addHook('preHandler', async (request, reply) => {
    const { reads } = request.routeOptions.config
    if (reads === undefined) return
    // Before anything is read: what is committed from here on is told under an older tag, and so told again.
    request.tag = tags.of(reads, request.url, request.caller.principal)
    if (hasTag(request, request.tag)) return reply.code(304).header('etag', request.tag).send()
  })
  app.addHook('onSend', async ({ tag }, reply) => {
    if (tag !== null && reply.statusCode === 200) void reply.header('etag', tag)
  })
}

/** Whether If-None-Match names the tag (RFC 9110 §13.1.2), strong or weak. `*` is for changes, which have no tags. */
export function hasTag({ headers }: FastifyRequest, tag: string): boolean {
  return headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag) ?? false
}
