/**
 * Messages between threads. Every thread has one port, to main; main passes messages on and looks into none, so that
 * any thread can die and come back without the others having to reconnect. Off the query path.
 */
import { SecureRandom } from '../random.ts'

export type ThreadName = 'main' | 'control' | 'store' | 'lists' | `resolver-${number}`
export type Receiver = ThreadName | 'resolvers'

/** What travels. `request` is answered by `reply` with the same id; `tell` is not answered. */
export interface Letter {
  readonly kind: 'request' | 'reply' | 'tell'
  readonly from: ThreadName
  readonly to: Receiver
  readonly id: number
  readonly type: string
  readonly body: unknown
  /** In a reply to a request that failed: why. */
  readonly error?: string
}

/** The part of MessagePort and Worker that a mailbox needs. */
export interface LetterPort {
  postMessage(letter: Letter): void
  on(event: 'message', listener: (letter: Letter) => void): unknown
}

export type LetterHandler = (body: unknown, from: ThreadName) => unknown

/** A request that was not answered: the thread is being restarted, took too long, or failed. */
export class MailError extends Error {
  readonly code = 'THANHLOC_MAIL'
}

interface Open {
  readonly settle: (value: unknown) => void
  readonly fail: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

export class Mailbox {
  readonly #port: LetterPort
  readonly #self: ThreadName
  readonly #handlers = new Map<string, LetterHandler>()
  readonly #open = new Map<number, Open>()
  /** Not from 1: answers to what the thread before this one asked may still come, and mean nothing here. */
  #nextId = new SecureRandom().bits32()

  constructor(port: LetterPort, self: ThreadName) {
    this.#port = port
    this.#self = self
    port.on('message', (letter) => this.#receive(letter))
  }

  /** Sends `body` and resolves with what the other thread's handler returns. Rejects with MailError. */
  request<T>(to: ThreadName, type: string, body: unknown = null, timeoutMs = 5000): Promise<T> {
    const id = this.#nextId++
    return new Promise<T>((settle, fail) => {
      const timer = setTimeout(() => {
        this.#open.delete(id)
        fail(new MailError(`${to} did not answer ${type} within ${timeoutMs} ms`))
      }, timeoutMs)
      this.#open.set(id, { settle: settle as (value: unknown) => void, fail, timer })
      this.#port.postMessage({ kind: 'request', from: this.#self, to, id, type, body })
    })
  }

  /** Sends `body` and expects no answer. */
  tell(to: Receiver, type: string, body: unknown = null): void {
    this.#port.postMessage({ kind: 'tell', from: this.#self, to, id: 0, type, body })
  }

  /** Handles letters of `type`; what it returns (or its promise) is the answer to a request. */
  on(type: string, handler: LetterHandler): void {
    this.#handlers.set(type, handler)
  }

  #receive(letter: Letter): void {
    if (letter.kind === 'reply') {
      const open = this.#open.get(letter.id)
      if (!open) return
      this.#open.delete(letter.id)
      clearTimeout(open.timer)
      if (letter.error === undefined) open.settle(letter.body)
      else open.fail(new MailError(letter.error))
      return
    }
    const handler = this.#handlers.get(letter.type)
    if (letter.kind === 'tell') {
      handler?.(letter.body, letter.from)
      return
    }
    void this.#answer(letter, handler)
  }

  async #answer(letter: Letter, handler: LetterHandler | undefined): Promise<void> {
    const reply = {
      kind: 'reply',
      from: this.#self,
      to: letter.from,
      id: letter.id,
      type: letter.type,
    } as const
    try {
      if (!handler) throw new MailError(`${this.#self} has no handler for ${letter.type}`)
      this.#port.postMessage({ ...reply, body: await handler(letter.body, letter.from) })
    } catch (error) {
      this.#port.postMessage({
        ...reply,
        body: null,
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }
}
