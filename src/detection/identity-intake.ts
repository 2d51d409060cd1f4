/**
 * Letters of the identity sources on their way into the file: in small transactions, a few at each tick, so that hits
 * never wait for a lease file. What cannot be written now is tried again; it is bounded by what waits in memory.
 */
import type { Clock } from '../clock.ts'
import type { Binding, IdentitySource } from '../identity/binding.ts'
import { assetKeys, type RegisteredAsset } from './asset-register.ts'
import { isOurs } from './fault.ts'
import { bindingName, type BindingsSaved, type IdentityCommit } from './identity-commit.ts'
import type { StoreLog } from './log.ts'
import type { StoreWriter } from './store-writer.ts'

/** `identity/bindings`. */
export interface BindingsLetter {
  readonly bindings: readonly Binding[]
  /** Not null: these are all bindings of that source that hold; others of it have ended. */
  readonly isWhole: IdentitySource | null
}

/** `identity/register`: all entries there are. */
export interface RegisterLetter {
  readonly entries: readonly RegisteredAsset[]
}

/** Bindings or entries in one letter, and in all that wait. */
export const MAX_LETTER = 250_000
const MAX_WAITING = 500_000
/** Written in one transaction, and how many transactions and milliseconds a tick takes. */
const CHUNK = 250
const CHUNKS_A_TICK = 16
const TICK_MS = 40
const RETRY_MS = 1000

interface Job {
  readonly size: number
  /** Does a part; true: it was the last. After an error it may be called again. */
  readonly step: () => boolean
  readonly settle: () => void
  readonly fail: (error: Error) => void
}

export class IdentityIntake {
  readonly #writer: StoreWriter
  readonly #clock: Clock
  readonly #log: StoreLog
  readonly #jobs: Job[] = []
  #waiting = 0
  #retryAtMs = 0
  #isFaulty = false

  constructor(writer: StoreWriter, clock: Clock, log: StoreLog) {
    this.#writer = writer
    this.#clock = clock
    this.#log = log
  }

  /** Resolves when all is in the file. Rejects where there is too much, or the database refuses it. */
  bindings({ bindings, isWhole }: BindingsLetter): Promise<BindingsSaved> {
    const sum = { changed: 0, merged: 0 }
    const nowMs = this.#clock.wallMs()
    const take = (saved: BindingsSaved): void => {
      sum.changed += saved.changed
      sum.merged += saved.merged
    }
    let missing: Binding[] | null = isWhole === null ? [] : null
    const tell = this.#parts(bindings, (commit, part) => take(commit.bind(part.filter(isSound), nowMs)))
    let end = (): boolean => true
    const step = (): boolean => {
      if (!tell()) return false
      if (missing === null) {
        const told = new Set(bindings.filter(isSound).map(bindingName))
        missing = this.#writer
          .identity((commit) => commit.missing(isWhole!, told, nowMs))
          .map((binding) => ({ ...binding, untilMs: Math.max(nowMs, binding.fromMs) }))
        end = this.#parts(missing, (commit, part) => take(commit.bind(part, nowMs)))
      }
      return end()
    }
    return this.#enqueue(bindings.length, step, () => sum)
  }

  /** As `bindings`. */
  register({ entries }: RegisterLetter): Promise<{ readonly changed: number }> {
    let changed = 0
    let gone: string[] | null = null
    const save = this.#parts(entries, (commit, part) => (changed += commit.saveAssets(part)))
    let drop = (): boolean => true
    const step = (): boolean => {
      if (!save()) return false
      if (gone === null) {
        const kept = new Set(entries.flatMap(assetKeys))
        const beyond = this.#writer.identity((commit) => commit.assetsBeyond(kept))
        gone = beyond
        changed += beyond.length
        drop = this.#parts(beyond, (commit, part) => commit.dropAssets(part))
      }
      return drop()
    }
    return this.#enqueue(entries.length, step, () => ({ changed }))
  }

  /** Looks anew who every client is: what is told of routers has changed. */
  refreshClients(): Promise<void> {
    let after: number | null = 0
    const step = (): boolean => {
      after = this.#writer.identity((commit) => commit.refreshClients(after ?? 0, CHUNK))
      return after === null
    }
    return this.#enqueue(0, step, () => {})
  }

  /** Writes some of what waits. To be called every 200 ms; never throws. */
  tick(): void {
    const startMs = this.#clock.monotonicMs()
    if (startMs < this.#retryAtMs) return
    for (let chunk = 0; chunk < CHUNKS_A_TICK && this.#jobs.length > 0; chunk++) {
      if (!this.#advance(this.#jobs[0]!) || this.#clock.monotonicMs() - startMs >= TICK_MS) return
    }
  }

  /** False: the file cannot be written now. */
  #advance(job: Job): boolean {
    try {
      const isDone = job.step()
      this.#isFaulty = false
      if (isDone) this.#end(job.settle)
      return true
    } catch (error) {
      if (isOurs(error)) {
        this.#log.error({ error: (error as Error).message }, 'what was told of machines is given up')
        this.#end(() => job.fail(error as Error))
        return true
      }
      // Said once: the collector of hits says what is wrong with the file.
      if (!this.#isFaulty)
        this.#log.warn({ error: (error as Error).message }, 'what was told of machines waits in memory')
      this.#isFaulty = true
      this.#retryAtMs = this.#clock.monotonicMs() + RETRY_MS
      return false
    }
  }

  #end(how: () => void): void {
    this.#waiting -= this.#jobs.shift()!.size
    how()
  }

  #enqueue<T>(size: number, step: () => boolean, result: () => T): Promise<T> {
    const room = Math.min(MAX_LETTER, MAX_WAITING - this.#waiting)
    if (size > room) return Promise.reject(new RangeError(`${size} entries in one letter: room for ${room}`))
    this.#waiting += size
    return new Promise<T>((resolve, fail) => {
      this.#jobs.push({ size, step, settle: () => resolve(result()), fail })
    })
  }

  /** Goes through `items` part by part; each call does one part, and says whether all are done. */
  #parts<Item>(
    items: readonly Item[],
    each: (commit: IdentityCommit, part: readonly Item[]) => unknown,
  ): () => boolean {
    let at = 0
    return () => {
      if (at < items.length) {
        this.#writer.identity((commit) => each(commit, items.slice(at, at + CHUNK)))
        at += CHUNK
      }
      return at >= items.length
    }
  }
}

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/
const MAX_NAME_LENGTH = 253

/** What a source got wrong must not stand in the way of the rest. */
function isSound({ address, fromMs, untilMs, mac, duid, hostName }: Binding): boolean {
  return (
    address instanceof Uint8Array &&
    address.length === 16 &&
    Number.isSafeInteger(fromMs) &&
    (untilMs === null || Number.isSafeInteger(untilMs)) &&
    (mac === null || MAC.test(mac)) &&
    (duid === null || /^(?:[0-9a-f]{2}){1,130}$/.test(duid)) &&
    (hostName === null || (hostName !== '' && hostName.length <= MAX_NAME_LENGTH))
  )
}
