import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readSecret } from '../../../src/cli/secret-input.ts'

/** Standard input as a pipe, or as a terminal that remembers whether it echoes. */
class Input extends PassThrough {
  isTTY: boolean
  readonly modes: boolean[] = []

  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }

  setRawMode(isRaw: boolean): this {
    this.modes.push(isRaw)
    return this
  }
}

function ask(input: Input, written: string[] = []): Promise<string> {
  const output = { write: (text: string) => written.push(text) > 0 }
  return readSecret('password: ', input as never, output)
}

describe('at a terminal', () => {
  it('a prompt, no echo, and the terminal as it was afterwards', async () => {
    const input = new Input(true)
    const written: string[] = []
    const asked = ask(input, written)
    input.write('mậ')
    input.write('t khx\u007fẩu\r')
    expect(await asked).toBe('mật khẩu')
    expect(written).toEqual(['password: ', '\n'])
    expect(input.modes).toEqual([true, false])
  })

  it('Ctrl-C breaks off', async () => {
    const input = new Input(true)
    const asked = ask(input)
    input.write('abc\u0003')
    await expect(asked).rejects.toThrow('broken off')
    expect(input.modes).toEqual([true, false])
  })
})

describe('from a pipe', () => {
  it('the first line, without prompt', async () => {
    const input = new Input(false)
    input.write('first\nsecond\n')
    const written: string[] = []
    expect(await ask(input, written)).toBe('first')
    expect([written, input.modes]).toEqual([[], []])
  })

  it('also where its end is the end of the line; a backspace is a character', async () => {
    const input = new Input(false)
    input.end('a\u007fb')
    expect(await ask(input)).toBe('a\u007fb')
  })

  it('not without end', async () => {
    const input = new Input(false)
    input.write('x'.repeat(5000))
    await expect(ask(input)).rejects.toThrow('too long')
  })
})
