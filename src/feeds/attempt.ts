/** One attempt: asks for the list, and puts it in place when it has come whole and holds what a list holds. */
import { closeSync, createReadStream, existsSync, openSync, readSync, renameSync, utimesSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { trust } from '../alerts/dial.ts'
import { readSecret } from '../alerts/secret-file.ts'
import { DeliveryError } from '../alerts/transport.ts'
import type { FeedSettings, ListSettings } from '../config/settings.ts'
import { copyBounded, packingOf, type Copied } from './bounded-copy.ts'
import { checksumOf, MAX_CHECKSUM_BYTES } from './checksum.ts'
import { FeedError, statusError } from './feed-error.ts'
import { sourceOf, type FeedRecord } from './feed-record.ts'
import { codingOf, CODINGS, hasEnd, retryAfterMs, validatorsOf } from './header-text.ts'
import { doubt, inspect } from './inspect.ts'
import { MAX_SIGNATURE_BYTES, readKey, readSignature, verifySignature, type Signed } from './minisign.ts'
import { asFeedError, get, type Asking } from './request.ts'
import type { ResolveSettings } from './resolve.ts'

/** RFC 6750 §2.1, what may stand behind `Bearer `. */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/

export interface FetchedList extends Pick<ListSettings, 'id' | 'format' | 'match'> {
  readonly feed: FeedSettings
}

export interface AttemptOptions {
  readonly list: FetchedList
  readonly record: FeedRecord
  readonly settings: ResolveSettings
  readonly version: string
  /** Wall clock, milliseconds. */
  readonly nowMs: number
  /** Take it however large or small it is, and whatever is there already. */
  readonly isForced: boolean
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** What is known of an attempt while it is made, and after it failed. */
export interface Progress {
  receivedBytes: number
  totalBytes: number | null
  entriesBefore: number | null
  entriesAfter: number | null
}

/** Resolves with whether a new version is in place; `record` then tells what it is. Rejects with FeedError. */
export async function attempt(options: AttemptOptions): Promise<'taken' | 'unchanged'> {
  const { list, record, isForced, signal } = options
  try {
    // Before anything is asked: a file that is missing is no matter of the network.
    trust(list.feed.caFile)
    const asking = { ...options, feed: list.feed, token: tokenOf(list.feed) }
    const isKnown = record.isInPlace && record.kept?.source === sourceOf(list.feed) && !isForced
    const response = await get(list.feed.url, asking, conditions(record, isKnown))
    try {
      return await take(response, isKnown, options, asking)
    } finally {
      response.destroy()
    }
  } catch (error) {
    throw told(error, signal, list.feed)
  } finally {
    record.clean()
  }
}

async function take(
  response: IncomingMessage,
  isKnown: boolean,
  options: AttemptOptions,
  asking: Asking,
): Promise<'taken' | 'unchanged'> {
  const { list, record, nowMs } = options
  const { statusCode = 0, headers } = response
  if (statusCode === 304 && isKnown) {
    touch(record.path, nowMs)
    return 'unchanged'
  }
  if (statusCode !== 200) throw statusError(statusCode, retryAfterMs(headers, nowMs))
  const published = await download(response, options)
  const signed = await verified(published, options, asking)
  const { path, copied } = await unpacked(published, options)
  const kept = {
    source: sourceOf(list.feed),
    ...validatorsOf(headers),
    bytes: copied.bytes,
    sha256: copied.sha256,
  }
  const comment = { trustedComment: signed?.trustedComment ?? null, signedAtMs: signed?.signedAtMs ?? null }
  if (record.isInPlace && record.kept!.sha256 === copied.sha256 && !options.isForced) {
    record.kept = { ...kept, ...comment, entries: record.kept!.entries }
    touch(record.path, nowMs)
    return 'unchanged'
  }
  const entries = await checked(path, options)
  options.signal.throwIfAborted()
  renameSync(path, record.path)
  record.kept = { ...kept, ...comment, entries }
  return 'taken'
}

function conditions({ kept }: FeedRecord, isKnown: boolean): Record<string, string> {
  return {
    'accept-encoding': CODINGS.join(', '),
    ...(isKnown && kept?.etag != null && { 'if-none-match': kept.etag }),
    ...(isKnown && kept?.lastModified != null && { 'if-modified-since': kept.lastModified }),
  }
}

/** The file as it is published, unpacked as far as it was packed for the way. */
async function download(
  response: IncomingMessage,
  { list, record, signal, progress }: AttemptOptions,
): Promise<Copied> {
  const { feed } = list
  const { headers } = response
  const coding = codingOf(headers)
  if (coding === null)
    throw new FeedError('failed', 'it comes packed in a way nobody asked for', 'ask who publishes it')
  if (!hasEnd(headers) && feed.sha256 === null && feed.signature === null)
    throw new FeedError('failed', 'the server does not say how long it is, so a part of it cannot be told from the whole', 'ask who publishes it; a checksum or a signature helps') // prettier-ignore
  const length = Number(headers['content-length'] ?? NaN)
  progress.totalBytes = Number.isSafeInteger(length) ? length : null
  if (length > feed.maxBytes)
    throw new FeedError('refused', `it has ${length} bytes, and ${feed.maxBytes} is the most`, 'where it is right, allow more with `maxSize`') // prettier-ignore
  return copyBounded(response, record.downloadPath, {
    coding,
    maxBytes: feed.maxBytes,
    signal,
    onProgress: (bytes) => (progress.receivedBytes = bytes),
  })
}

/** What its signature tells; null: it has none to have. Rejects where checksum or signature do not fit. */
async function verified(
  published: Copied,
  { list: { feed }, record, isForced }: AttemptOptions,
  asking: Asking,
): Promise<Signed | null> {
  if (feed.sha256 !== null) {
    const name = new URL(feed.url).pathname.split('/').at(-1)!
    const text = (await small(feed.sha256, MAX_CHECKSUM_BYTES, asking)).toString('utf8')
    if (checksumOf(text, name) !== published.sha256)
      throw new FeedError('refused', 'its SHA-256 is not the one published beside it', 'it may just be being replaced: tried again by itself; if it stays so, ask who publishes it') // prettier-ignore
  }
  if (feed.signature === null) return null
  const signature = readSignature(await small(feed.signature.url, MAX_SIGNATURE_BYTES, asking))
  const signed = await verifySignature(signature, readKey(feed.signature.key), record.downloadPath, published.blake2b) // prettier-ignore
  const beforeMs = record.kept?.source === sourceOf(feed) ? record.kept.signedAtMs : null
  if (!isForced && signed.signedAtMs !== null && beforeMs !== null && signed.signedAtMs < beforeMs)
    throw new FeedError('refused', 'it was signed before the version in force: an old one is given again', 'ask who publishes it; `thanhloc feeds fetch ID --force` takes it where it is right') // prettier-ignore
  return signed
}

/** Lists are published packed too (`list.txt.gz`). */
async function unpacked(
  published: Copied,
  { list: { feed }, record, signal }: AttemptOptions,
): Promise<{ path: string; copied: Copied }> {
  const path = record.downloadPath
  const coding = packingOf(startOf(path))
  if (coding === 'identity') return { path, copied: published }
  const { maxBytes } = feed
  const copied = await copyBounded(createReadStream(path), record.unpackedPath, { coding, maxBytes, signal })
  return { path: record.unpackedPath, copied }
}

/** Entries of the list at `path`. Rejects where it is none, or not one to be taken unasked. */
async function checked(
  path: string,
  { list, record, isForced, progress, signal }: AttemptOptions,
): Promise<number> {
  const inspected = await inspect(path, list, signal)
  progress.entriesAfter = inspected.entries
  progress.entriesBefore = await entriesInPlace(record, list, signal)
  const refusal = isForced ? null : doubt(inspected, progress.entriesBefore, list.feed)
  if (refusal !== null) throw refusal
  return inspected.entries
}

async function entriesInPlace(
  record: FeedRecord,
  list: FetchedList,
  signal: AbortSignal,
): Promise<number | null> {
  if (record.isInPlace) return record.kept!.entries
  if (!existsSync(record.path)) return null
  try {
    return (await inspect(record.path, list, signal)).entries
  } catch {
    // Brought by hand, and no list: nothing to compare with.
    return null
  }
}

async function small(url: string, maxBytes: number, asking: Asking): Promise<Buffer> {
  const response = await get(url, asking)
  try {
    if (response.statusCode !== 200) throw statusError(response.statusCode ?? 0, null)
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxBytes)
        throw new FeedError('failed', `its checksum or signature is longer than ${maxBytes} bytes`, 'correct `sha256` or `signature.url`') // prettier-ignore
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw asFeedError(error, asking.signal, new URL(url))
  } finally {
    response.destroy()
  }
}

function tokenOf({ tokenFile }: FeedSettings): string | null {
  if (tokenFile === null) return null
  const { text } = readSecret(tokenFile)
  if (!BEARER.test(text)) throw new DeliveryError(`${tokenFile} holds no token in its first line`)
  return text
}

function startOf(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(4)
    return buffer.subarray(0, readSync(file, buffer, 0, 4, 0))
  } finally {
    closeSync(file)
  }
}

/** What lies there was published again. */
function touch(path: string, nowMs: number): void {
  utimesSync(path, nowMs / 1000, nowMs / 1000)
}

/** The error with a reason for people. */
function told(error: unknown, signal: AbortSignal, { url }: FeedSettings): FeedError {
  if (error instanceof FeedError) return error
  if (error instanceof DeliveryError)
    return new FeedError('failed', error.message, 'mend the file that is named', { cause: error })
  // Only what the file system says names a path.
  if (typeof (error as NodeJS.ErrnoException).path === 'string' && !signal.aborted)
    return new FeedError('failed', `it cannot be kept: ${(error as Error).message}`, 'see that the data directory can be written', { cause: error }) // prettier-ignore
  return asFeedError(error, signal, new URL(url))
}
