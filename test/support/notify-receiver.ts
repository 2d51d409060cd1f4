/** The other end of NOTIFY_SOCKET: what a service manager is told, a datagram each, in the order in which it came. */
import { EventEmitter, once } from 'node:events'
import { addressOf, C, lastErrno, libc, nativeFunction } from '../../src/net/libc.ts'
import { socketName } from '../../src/service/notify-socket.ts'

const POLL_MS = 5
const MESSAGE_BYTES = 4096

export class NotifyReceiver {
  /** All that came so far. */
  readonly messages: string[] = []
  readonly #events = new EventEmitter()
  readonly #fd: number
  readonly #bytes = new ArrayBuffer(MESSAGE_BYTES)
  readonly #recv = nativeFunction('long recv(int, uintptr_t, ulong, int)')
  #timer: NodeJS.Timeout | undefined

  /** Binds `address`, a path or `@name`, and reads what comes unless told not to. */
  constructor(address: string, options: { readonly isReading?: boolean } = {}) {
    const name = socketName(address)!
    this.#fd = libc!.socket(C.AF_UNIX, C.SOCK_DGRAM | C.SOCK_CLOEXEC | C.SOCK_NONBLOCK, 0)
    if (libc!.bind(this.#fd, name, name.length) < 0) throw new Error(`bind ${address}: ${lastErrno()}`)
    if (options.isReading !== false) this.read()
  }

  /** Begins to read. */
  read(): void {
    this.#timer ??= setInterval(() => this.#drain(), POLL_MS)
  }

  /** How many came that hold the line `line`. */
  count(line: string): number {
    return this.messages.filter((message) => message.split('\n').includes(line)).length
  }

  /** Resolves when `condition` holds, at once or after some message; rejects after `timeoutMs`. */
  async until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (!condition()) await once(this.#events, 'message', { signal })
  }

  close(): void {
    clearInterval(this.#timer)
    libc!.close(this.#fd)
  }

  #drain(): void {
    const address = addressOf(this.#bytes)
    for (;;) {
      const length = this.#recv(this.#fd, address, MESSAGE_BYTES, C.MSG_DONTWAIT)
      if (length < 0) return
      this.messages.push(Buffer.from(this.#bytes, 0, length).toString())
      this.#events.emit('message')
    }
  }
}
