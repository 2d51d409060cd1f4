import { expect, test } from 'vitest'
import { drainNow, LogDrain, type NamedRing } from '../../../src/log/drain.ts'
import type { LogOutput } from '../../../src/log/output.ts'
import { LogRingReader, LogRingWriter } from '../../../src/thread/log-ring.ts'

type Done = (error: NodeJS.ErrnoException | null, written: number) => void

/** An output whose writes end when the test says so. */
class ScriptedOutput implements LogOutput {
  text = ''
  most = 0
  readonly #open: { bytes: Uint8Array; done: Done }[] = []

  write(bytes: Uint8Array, done: Done): void {
    this.#open.push({ bytes, done })
    this.most = Math.max(this.most, this.#open.length)
  }

  writeNow(bytes: Uint8Array): number {
    const written = Math.min(bytes.length, 5)
    this.text += Buffer.from(bytes.subarray(0, written)).toString('latin1')
    return written
  }

  /** Ends the write in flight after `limit` bytes; false when there is none. */
  finish(limit = Infinity): boolean {
    const open = this.#open.shift()
    if (!open) return false
    const written = Math.min(open.bytes.length, limit)
    this.text += Buffer.from(open.bytes.subarray(0, written)).toString('latin1')
    open.done(null, written)
    return true
  }

  fail(code: string): void {
    this.#open.shift()?.done(Object.assign(new Error(code), { code }), 0)
  }

  close(): void {}
}

function rings(...threads: string[]): {
  rings: NamedRing[]
  writers: LogRingWriter[]
  memories: SharedArrayBuffer[]
} {
  const memories = threads.map(() => new SharedArrayBuffer(64 + 256))
  return {
    memories,
    rings: threads.map((thread, index) => ({ thread, reader: new LogRingReader(memories[index]!) })),
    writers: memories.map((memory) => new LogRingWriter(memory)),
  }
}

test('lines of several rings come out whole, one write in flight, also when every write is cut short', () => {
  const { rings: from, writers } = rings('a', 'b')
  const output = new ScriptedOutput()
  const drain = new LogDrain(from, output)
  for (let line = 0; line < 5; line++) {
    writers[0]!.write(`a${line}-------`)
    writers[1]!.write(`b${line}+++++++`)
  }
  drain.pump()
  drain.pump()
  while (output.finish(3)) drain.pump()
  const lines = output.text.trimEnd().split('\n')
  expect(lines.toSorted()).toEqual(
    ['a0', 'a1', 'a2', 'a3', 'a4']
      .map((line) => `${line}-------`)
      .concat(['b0', 'b1', 'b2', 'b3', 'b4'].map((line) => `${line}+++++++`)),
  )
  expect(output.most).toBe(1)
})

test('a stalled reader: nothing is lost of what fitted, the rest is dropped and counted, and it goes on', () => {
  const { rings: from, writers } = rings('a')
  const output = new ScriptedOutput()
  const drain = new LogDrain(from, output)
  let accepted = 0
  for (let line = 0; line < 100; line++) if (writers[0]!.write(`line ${line}`)) accepted++
  for (let attempt = 0; attempt < 10; attempt++) {
    drain.pump()
    output.fail('EAGAIN')
  }
  expect(output.most).toBe(1)
  expect(drain.dropped()).toEqual({ a: 100 - accepted })
  drain.pump()
  while (output.finish());
  expect(output.text.trimEnd().split('\n')).toHaveLength(accepted)
})

test('a drain that died inside a line: its successor finishes that line first', () => {
  const { rings: from, writers, memories } = rings('a', 'b')
  const output = new ScriptedOutput()
  writers[1]!.write('begun and ended')
  const first = new LogDrain(from, output)
  first.pump()
  output.finish(5)
  writers[0]!.write('other')
  const again = memories.map((memory, index) => ({ thread: `${index}`, reader: new LogRingReader(memory) }))
  const successor = new LogDrain(again, output)
  successor.pump()
  // The first drain's second write was in flight when it died.
  output.fail('EBADF')
  while (output.finish());
  expect(output.text).toBe('begun and ended\nother\n')
})

test('drainNow writes all before it returns, a line begun first', () => {
  const { rings: from, writers } = rings('a', 'b')
  const output = new ScriptedOutput()
  writers[0]!.write('second')
  writers[1]!.write('first, begun')
  output.text += Buffer.from(from[1]!.reader.peek(4)).toString()
  from[1]!.reader.consume(4)
  expect(drainNow(from, output)).toBe(0)
  expect(output.text).toBe('first, begun\nsecond\n')
})

test('drainNow gives up on a stalled reader and says what is left', () => {
  const { rings: from, writers } = rings('a')
  const output = new ScriptedOutput()
  let attempts = 0
  output.writeNow = () => {
    attempts++
    throw Object.assign(new Error('full'), { code: 'EAGAIN' })
  }
  writers[0]!.write('12345')
  expect(drainNow(from, output, 10)).toBe(6)
  expect(attempts).toBe(3)
})
