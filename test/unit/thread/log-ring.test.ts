import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOG_RING_BYTES, LogRingReader, LogRingWriter, MAX_LINE_BYTES } from '../../../src/thread/log-ring.ts'

const HEADER = 64
const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 200)

function ring(capacity: number): { memory: SharedArrayBuffer; writer: LogRingWriter; reader: LogRingReader } {
  const memory = new SharedArrayBuffer(HEADER + capacity)
  return { memory, writer: new LogRingWriter(memory), reader: new LogRingReader(memory) }
}

test('lines come out as they went in, with or without their line feed', () => {
  const { writer, reader } = ring(LOG_RING_BYTES - HEADER)
  expect(writer.write('một\n')).toBe(true)
  expect(writer.write('hai')).toBe(true)
  expect(reader.read()).toEqual(['một', 'hai'])
  expect(reader.read()).toEqual([])
  expect(reader.pending).toBe(0)
})

test('a line that runs over the end comes out whole, characters of several bytes included', () => {
  const { writer, reader } = ring(20)
  for (let step = 0; step < 50; step++) {
    expect(writer.write('đường\n')).toBe(true)
    expect(writer.write(`${step % 10}`)).toBe(true)
    expect(reader.read()).toEqual(['đường', `${step % 10}`])
  }
  expect(reader.dropped).toBe(0)
})

test('a full ring drops new lines, counts them, keeps the old ones and takes lines again once read', () => {
  const { writer, reader } = ring(16)
  expect(writer.write('1234567\n')).toBe(true)
  // Eight of sixteen bytes are used and one stays free.
  expect(writer.write('12345678')).toBe(false)
  expect(writer.write('123456')).toBe(true)
  expect(writer.write('')).toBe(false)
  expect(reader.dropped).toBe(2)
  expect(reader.read()).toEqual(['1234567', '123456'])
  expect(writer.write('again')).toBe(true)
  expect(reader.read()).toEqual(['again'])
})

test('a line longer than MAX_LINE_BYTES is dropped and counted, however empty the ring', () => {
  const { writer, reader } = ring(LOG_RING_BYTES - HEADER)
  expect(writer.write('x'.repeat(MAX_LINE_BYTES))).toBe(false)
  expect(writer.write('x'.repeat(MAX_LINE_BYTES - 1))).toBe(true)
  expect(reader.dropped).toBe(1)
  expect(reader.read().map((line) => line.length)).toEqual([MAX_LINE_BYTES - 1])
})

test('a writer that dies inside a line leaves nothing of it, and its successor goes on behind the last whole line', () => {
  const { memory, writer, reader } = ring(64)
  writer.write('whole')
  // What a dead writer leaves: bytes beyond the head, the head not moved.
  new Uint8Array(memory, HEADER + 6).fill(0x78, 0, 20)
  expect(reader.read()).toEqual(['whole'])
  const successor = new LogRingWriter(memory)
  successor.write('next')
  expect(reader.read()).toEqual(['next'])
})

test('a reader that dies inside a line leaves the rest to its successor, who can tell', () => {
  const { memory, writer, reader } = ring(64)
  expect(reader.isInsideLine).toBe(false)
  writer.write('abcdef')
  reader.consume(reader.peek(3).length)
  const successor = new LogRingReader(memory)
  expect(successor.isInsideLine).toBe(true)
  expect(successor.peek(64).toString()).toBe('def\n')
  successor.consume(4)
  expect(successor.isInsideLine).toBe(false)
})

test('peek is bounded and ends at a line where it can', () => {
  const { writer, reader } = ring(256)
  for (const line of ['aaa', 'bbb', 'ccc']) writer.write(line)
  expect(reader.peek(10).toString()).toBe('aaa\nbbb\n')
  expect(reader.peek(2).toString()).toBe('aa')
  expect(reader.read(1)).toEqual(['aaa', 'bbb', 'ccc'])
})

test('read is bounded: about as many bytes as asked for, never less than a line', () => {
  const { writer, reader } = ring(LOG_RING_BYTES - HEADER)
  const line = 'y'.repeat(999)
  for (let count = 0; count < 1000; count++) writer.write(line)
  expect(reader.read(100_000).length).toBeLessThanOrEqual(170)
  expect(reader.pending).toBeGreaterThan(800_000)
})

test('property: any interleaving of writes, reads and partial consumption keeps order and loses only what it counts', () => {
  const step = fc.oneof(
    fc.record({
      write: fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\n', ' ')),
    }),
    fc.record({ take: fc.integer({ min: 1, max: 40 }) }),
    fc.constant({ restart: true }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 200 }), fc.array(step, { maxLength: 120 }), (capacity, steps) => {
      const { memory } = ring(capacity)
      let writer = new LogRingWriter(memory)
      let reader = new LogRingReader(memory)
      const expected: Buffer[] = []
      const seen: Buffer[] = []
      let dropped = 0
      for (const action of steps) {
        if ('write' in action) {
          if (writer.write(action.write)) expected.push(Buffer.from(`${action.write}\n`))
          else dropped++
        } else if ('take' in action) {
          const chunk = Buffer.from(reader.peek(action.take))
          expect(chunk.length).toBeLessThanOrEqual(action.take)
          seen.push(chunk)
          reader.consume(chunk.length)
        } else {
          writer = new LogRingWriter(memory)
          reader = new LogRingReader(memory)
        }
      }
      while (reader.pending > 0) {
        const chunk = Buffer.from(reader.peek(64))
        seen.push(chunk)
        reader.consume(chunk.length)
      }
      expect(Buffer.concat(seen).equals(Buffer.concat(expected))).toBe(true)
      expect(reader.dropped).toBe(dropped)
      expect(reader.isInsideLine).toBe(false)
    }),
    { numRuns: RUNS },
  )
})
