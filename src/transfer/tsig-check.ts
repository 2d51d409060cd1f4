/** Checks signatures: of a request that came (NOTIFY), and of an answer of many messages (a zone transfer). */
import { timingSafeEqual } from 'node:crypto'
import { read48, readTsig, Sum, TsigProblem, type TsigRecord } from './tsig.ts'
import type { TsigKey } from './tsig-key.ts'
import { rcodeError, TransferError } from './transfer-error.ts'

/** RFC 8945 §5.3.1: messages of one answer that may come without a record, one after the other. */
const MAX_UNSIGNED = 99

/** What became of checking a request: its record, or the error that the answer tells. */
export type RequestCheck =
  | { readonly record: TsigRecord; readonly problem: null }
  | { readonly record: TsigRecord; readonly problem: number }
  | { readonly record: null; readonly problem: null }

/**
 * Checks a request against the key of its zone, null where it has none. No record: it came unsigned. `nowSeconds`: wall
 * clock. Undefined: the message or its record is malformed.
 */
export function checkRequest(
  bytes: Uint8Array,
  key: TsigKey | null,
  nowSeconds: number,
): RequestCheck | undefined {
  const record = readTsig(bytes)
  if (record === undefined) return undefined
  if (record === null) return { record, problem: null }
  if (key === null || !isOf(record, key)) return { record, problem: TsigProblem.BadKey }
  const sum = new Sum(key, null)
  sum.addMessage(bytes, record)
  if (!isSame(sum.endWithVariables(record), record.mac)) return { record, problem: TsigProblem.BadSig }
  // RFC 8945 §5.2.3: behind the signature, so that nobody else learns our time.
  if (isOff(record, nowSeconds)) return { record, problem: TsigProblem.BadTime }
  return { record, problem: null }
}

/** Checks the messages of one answer, in their order. */
export class AnswerCheck {
  readonly #key: TsigKey
  readonly #nowSeconds: () => number
  #sum: Sum
  #isFirst = true
  #unsigned = 0

  /** `requestMac`: of the request that is answered. */
  constructor(key: TsigKey, requestMac: Uint8Array, nowSeconds: () => number) {
    this.#key = key
    this.#nowSeconds = nowSeconds
    this.#sum = new Sum(key, requestMac)
  }

  /** Takes the next message. Throws TransferError where it is not what the holder of the key sent. */
  take(bytes: Uint8Array): void {
    const record = readTsig(bytes)
    if (record === undefined)
      throw new TransferError('a message of its answer is malformed', 'see the log there')
    if (record === null) return this.#takeUnsigned(bytes)
    if (record.error !== 0 && record.mac.length === 0) throw this.#refusal(record)
    if (!isOf(record, this.#key))
      throw new TransferError(
        'it signs with another key',
        'give both sides one name and algorithm of the key',
      )
    this.#sum.addMessage(bytes, record)
    const mac = this.#isFirst ? this.#sum.endWithVariables(record) : this.#sum.endWithTimers(record)
    if (!isSame(mac, record.mac))
      throw new TransferError(
        'the signature of its answer is wrong (BADSIG)',
        `give both sides the same secret for ${this.#key.text}; where it is the same, somebody changes what is sent`,
      )
    if (record.error !== 0) throw this.#refusal(record)
    if (isOff(record, this.#nowSeconds())) throw clockError(record.time - this.#nowSeconds())
    this.#isFirst = false
    this.#unsigned = 0
    this.#sum = new Sum(this.#key, record.mac)
  }

  /** The answer is whole. Throws TransferError where its last message was not signed. */
  end(): void {
    if (this.#unsigned > 0)
      throw new TransferError('the last message of its answer is not signed', 'see the log there')
  }

  #takeUnsigned(bytes: Uint8Array): void {
    const rcode = bytes[3]! & 15
    if (this.#isFirst && rcode !== 0) throw rcodeError(rcode)
    if (this.#isFirst)
      throw new TransferError(
        'its answer is not signed',
        `have it sign what it sends to this server with the key ${this.#key.text}`,
      )
    if (++this.#unsigned > MAX_UNSIGNED)
      throw new TransferError('too many messages of its answer are not signed', 'see the log there')
    this.#sum.addUnsigned(bytes)
  }

  #refusal({ error, other }: TsigRecord): TransferError {
    const { text } = this.#key
    if (error === TsigProblem.BadKey)
      return new TransferError(
        `it does not know the key ${text} (BADKEY)`,
        'give both sides one name, algorithm and secret of the key',
      )
    if (error === TsigProblem.BadSig)
      return new TransferError(
        `it does not take our signature (BADSIG)`,
        `give both sides the same secret for ${text}`,
      )
    if (error === TsigProblem.BadTime)
      return other.length === 6
        ? clockError(read48(other, 0) - this.#nowSeconds())
        : new TransferError('the two clocks differ too much (BADTIME)', 'set both by NTP')
    return new TransferError(`it does not take our signature (error ${error})`, 'see the log there')
  }
}

/** `aheadSeconds`: how far the other clock is ahead of ours. */
function clockError(aheadSeconds: number): TransferError {
  const words = `${Math.abs(Math.round(aheadSeconds))} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} this one`
  return new TransferError(`its clock is ${words} (BADTIME)`, 'set both by NTP')
}

function isOf({ name, algorithm }: TsigRecord, key: TsigKey): boolean {
  return Buffer.compare(name, key.name) === 0 && Buffer.compare(algorithm, key.algorithm) === 0
}

/** RFC 8945 §5.2.2.1 allows shorter ones: nobody needs them, so none is taken. */
function isSame(mac: Uint8Array, given: Uint8Array): boolean {
  return mac.length === given.length && timingSafeEqual(mac, given)
}

function isOff({ time, fudge }: TsigRecord, nowSeconds: number): boolean {
  return Math.abs(nowSeconds - time) > Math.min(fudge, 300)
}
