/** How a channel reaches its receiver. One attempt at a time; repeating is not its business. */
import type { Message } from './message.ts'

export interface Attempt {
  /** Aborted when the time is up or the program ends: whatever is under way is cut off. */
  readonly signal: AbortSignal
  /** Who of several receivers has the message from an earlier attempt. */
  readonly receivers: readonly string[]
}

export interface Transport {
  /** Resolves when the receiver has taken the message. Rejects with DeliveryError. */
  send(message: Message, attempt: Attempt): Promise<void>
}

/** An attempt that failed: why, in words that name no secret, and who of several receivers has the message by now. */
export class DeliveryError extends Error {
  readonly code = 'THANHLOC_DELIVERY'
  readonly receivers: readonly string[]

  constructor(message: string, receivers: readonly string[] = [], options?: ErrorOptions) {
    super(message, options)
    this.receivers = receivers
  }
}

/** The reason in `error`, short and on one line. */
export function reasonOf(error: unknown): string {
  // Several addresses were tried: the first says as much as all.
  const one =
    error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error
  return one instanceof Error ? one.message : String(one)
}
