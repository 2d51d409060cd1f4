/**
 * Standard output as a descriptor that does not wait. A reader that has stalled then costs an EAGAIN; a write that
 * waits would hold a thread of the libuv pool, and with it the end of the thread and of the process.
 */
import { closeSync, constants, openSync, write, writeSync } from 'node:fs'

const STDOUT = 1
/** O_NONBLOCK belongs to an open file, not to the pipe: opening again leaves the other users of the pipe alone. */
const REOPEN = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK

/** Where log lines go. Both writes may take fewer bytes than given. */
export interface LogOutput {
  /** Calls back with the bytes written, or an error; `bytes` stay untouched until then. */
  write(bytes: Uint8Array, done: (error: NodeJS.ErrnoException | null, written: number) => void): void
  /** Throws what `write` would call back with. */
  writeNow(bytes: Uint8Array): number
  close(): void
}

/**
 * Opens standard output again without waiting: pipes, terminals and files. Where that is refused (a socket, as under
 * journald; another user's pipe, as in some containers) descriptor 1 serves as it is: see `unblockStandardOutput`.
 */
export function openStandardOutput(): LogOutput {
  let descriptor = STDOUT
  try {
    descriptor = openSync('/dev/fd/1', REOPEN)
  } catch {
    // Descriptor 1 it is.
  }
  return {
    write: (bytes, done) => write(descriptor, bytes, 0, bytes.length, null, done),
    writeNow: (bytes) => writeSync(descriptor, bytes),
    close: () => {
      if (descriptor !== STDOUT) closeSync(descriptor)
    },
  }
}

/**
 * Makes descriptor 1 itself non-blocking where it is a pipe or socket; to be called once, by the main thread, before
 * the others start. Node sets the flag when it wraps the descriptor and puts it back when the process ends.
 */
export function unblockStandardOutput(): void {
  void process.stdout
}
