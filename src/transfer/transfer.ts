/**
 * One transfer: asks a primary over TCP, reads its answer message by message, checks each signature, and puts the zone in
 * the place of the copy here when all of it has come. Bounded in bytes and in time, whatever the other side sends.
 */
import { connect } from 'node:net'
import type { Endpoint } from '../config/settings.ts'
import { frame, FrameReader } from '../net/framing.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { Differences, lineOf } from './differences.ts'
import { buildRequest, readMessage } from './message.ts'
import { absoluteText } from './record-text.ts'
import type { Soa } from './serial.ts'
import { systemError, TransferError, UnfitDifferences } from './transfer-error.ts'
import { AnswerCheck } from './tsig-check.ts'
import type { TsigKey } from './tsig-key.ts'
import { sign } from './tsig.ts'
import { ZoneAnswer, type ZoneTaker } from './zone-answer.ts'
import { applyDifferences, ZoneFileWriter, type TransferKind } from './zone-file.ts'

export interface TransferLimits {
  /** Of what comes, and of what is written. */
  readonly maxBytes: number
  /** Without a byte from the primary, the time to connect included. */
  readonly silenceMs: number
  /** For all of it. */
  readonly totalMs: number
}

export interface TransferRequest {
  readonly server: Endpoint
  /** Wire form, lower-case. */
  readonly zone: Uint8Array
  readonly key: TsigKey | null
  /** Of the copy at `path`; null: there is none, or it is not to count. */
  readonly serial: number | null
  /** Ask for the whole zone, whatever is here. */
  readonly isWhole: boolean
  readonly path: string
  readonly limits: TransferLimits
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}

/** What a transfer came to. */
export interface Transferred {
  /** Null: the copy here is current. */
  readonly kind: TransferKind | null
  readonly soa: Soa
  /** Of the zone; null where nothing was transferred. */
  readonly records: number | null
  /** That came, octets. */
  readonly bytes: number
}

/** Makes the transfer. Rejects with TransferError; the copy here is then what it was. */
export async function transferZone(request: TransferRequest): Promise<Transferred> {
  const run = new TransferRun(request)
  try {
    return await run.finish()
  } catch (error) {
    if (error instanceof TransferError) throw error
    throw systemError(error as NodeJS.ErrnoException)
  } finally {
    await run.close()
  }
}

class TransferRun implements ZoneTaker {
  readonly #request: TransferRequest
  readonly #answer: ZoneAnswer
  readonly #differences = new Differences()
  readonly #writer: ZoneFileWriter
  #writesWhole = false
  #bytes = 0

  constructor(request: TransferRequest) {
    this.#request = request
    this.#writer = new ZoneFileWriter(request.path, request.limits.maxBytes)
    const mayDiffer = request.serial !== null && !request.isWhole
    this.#answer = new ZoneAnswer(
      { zone: absoluteText(request.zone), serial: request.serial, mayDiffer },
      this,
    )
  }

  beginWhole(): void {
    this.#writesWhole = true
  }

  record(record: Parameters<typeof lineOf>[0]): void {
    this.#writer.add(lineOf(record))
  }

  remove(record: Parameters<typeof lineOf>[0]): void {
    this.#differences.remove(record)
  }

  add(record: Parameters<typeof lineOf>[0]): void {
    this.#differences.add(record)
  }

  async finish(): Promise<Transferred> {
    const { path, clock } = this.#request
    const answer = this.#answer
    await this.#receive()
    const soa = answer.soa!
    if (answer.kind === 'unchanged') return { kind: null, soa, records: null, bytes: this.#bytes }
    const kind = this.#writesWhole ? 'axfr' : 'ixfr'
    if (kind === 'ixfr')
      await applyDifferences(path, lineOf(answer.soaRecord!), this.#differences, this.#writer)
    await this.#writer.finish(kind, clock.wallMs())
    return { kind, soa, records: this.#writer.records, bytes: this.#bytes }
  }

  async close(): Promise<void> {
    await this.#writer.close()
  }

  /** Asks, and takes the answer to its end. */
  async #receive(): Promise<void> {
    const { server, zone, key, serial, isWhole, limits, clock, random, signal } = this.#request
    const id = random.below(0x1_0000)
    const question = buildRequest(id, zone, isWhole ? null : serial)
    const nowSeconds = (): number => Math.floor(clock.wallMs() / 1000)
    const signed = key && sign(question, key, nowSeconds())
    const check = key && new AnswerCheck(key, signed!.mac, nowSeconds)
    const socket = connect({ host: server.address, port: server.port, noDelay: true })
    const fail = (reason: string): void => void socket.destroy(new TransferError(reason, NETWORK))
    const timer = setTimeout(
      () => fail(`it has not come to an end within ${seconds(limits.totalMs)}`),
      limits.totalMs,
    )
    socket.setTimeout(limits.silenceMs, () => fail(`it has sent nothing for ${seconds(limits.silenceMs)}`))
    const abort = (): void => fail('this server stops')
    signal.addEventListener('abort', abort, { once: true })
    const reader = new FrameReader((bytes, length) => {
      if (this.#answer.isDone) return this.#refuseMore()
      const message = bytes.subarray(0, length)
      check?.take(message)
      readMessage(message, id, zone, (record) => this.#answer.take(record))
    })
    try {
      if (signal.aborted) abort()
      socket.write(frame(signed?.bytes ?? question, (signed?.bytes ?? question).length))
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        this.#bytes += chunk.length
        if (this.#bytes > limits.maxBytes) throw tooLarge(limits.maxBytes)
        reader.push(chunk)
        await this.#writer.drain()
        if (this.#answer.isDone) break
        // A fast primary fills the buffer as it is emptied: other work of the thread comes first.
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
    }
    if (!this.#answer.isDone) throw this.#earlyEnd()
    check?.end()
  }

  /** What stands behind an SOA that is here already is of no interest. */
  #refuseMore(): void {
    if (this.#answer.kind === 'unchanged') return
    throw new TransferError('it sends more behind the end of the zone', 'see the log there')
  }

  #earlyEnd(): TransferError {
    if (this.#answer.soa === null)
      return new TransferError('it ends the connection without an answer', 'see the log there')
    return new TransferError('it ends the connection before the end of the zone', 'see the log there')
  }
}

/** Whether it is worth asking the same primary for the whole zone, where it was asked for differences. */
export function isAboutDifferences(error: unknown): boolean {
  return error instanceof UnfitDifferences
}

function tooLarge(bytes: number): TransferError {
  return new TransferError(
    `it sends more than ${bytes >> 20} MB`,
    'raise `primary.maxSize` where the zone may be that large',
  )
}

const NETWORK = 'look at the load there and the network between the two'

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
