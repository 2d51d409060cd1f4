import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frame, FrameReader } from '../../../src/net/framing.ts'

function collect(): { reader: FrameReader; messages: Uint8Array[] } {
  const messages: Uint8Array[] = []
  return {
    reader: new FrameReader((bytes, length) => messages.push(Uint8Array.from(bytes.subarray(0, length)))),
    messages,
  }
}

describe('FrameReader', () => {
  it('hands out the same messages however they are cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (sent, sizes) => {
          const stream = Buffer.concat(sent.map((message) => frame(message, message.length)))
          const { reader, messages } = collect()
          for (let at = 0; at < stream.length;) {
            const size = sizes.next().value!
            reader.push(stream.subarray(at, at + size))
            at += size
          }
          expect(messages).toEqual(sent)
          expect(reader.isInside).toBe(false)
        },
      ),
    )
  })

  it('says when a message has begun and not ended', () => {
    const { reader, messages } = collect()
    reader.push(Uint8Array.of(0))
    expect(reader.isInside).toBe(true)
    reader.push(Uint8Array.of(2, 7))
    expect(reader.isInside).toBe(true)
    reader.push(Uint8Array.of(8))
    expect(messages).toEqual([Uint8Array.of(7, 8)])
    expect(reader.isInside).toBe(false)
  })
})
