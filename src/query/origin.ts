/** Where a query came from and how its answer gets back: what the query path knows of a transport. */

/** Valid during the call that brought the query; reused for the next. */
export interface Origin {
  /** 0 UDP, 1 TCP: an index into the counters. */
  readonly transport: 0 | 1
  /** The client, 16 bytes, IPv4 mapped. */
  readonly address: Uint8Array
  /** Most bytes an answer may have here, whatever the client advertises. */
  readonly maxBytes: number
  /** What is needed to answer when this call is over. */
  later(): ReplyTo
}

/**
 * Sends one answer to the client that asked; called once, with length 0 where nothing is to be sent. A client that has
 * gone is no error.
 */
export interface ReplyTo {
  /** The client, 16 bytes, for as long as this lives. */
  readonly address: Uint8Array
  send(bytes: Uint8Array, length: number): void
}

/**
 * Takes one query: `length` bytes of `bytes`, valid during the call. Returns how many bytes of `out` (of at least
 * `origin.maxBytes`) are the answer, or 0: dropped, or answered later. `out` may be `bytes`: whoever writes to it has read
 * the query before, and leaves the question where it stands.
 */
export type QuestionHandler = (bytes: Uint8Array, length: number, origin: Origin, out: Uint8Array) => number
