/** Passwords: typed without echo, or a line of standard input. Never from arguments, which every user of the machine sees. */
import type { ReadStream, WriteStream } from 'node:tty'
import { CommandError } from './command.ts'

/** A password is shorter; a file by mistake on standard input is not read through. */
const MAX_CHARACTERS = 4096
const ENTER = /[\r\n\u0004]/
const INTERRUPT = '\u0003'
const ERASE = /[\u0008\u007f]/

type Input = Pick<ReadStream, 'isTTY' | 'setEncoding' | 'on' | 'off' | 'resume' | 'pause' | 'setRawMode'>

/** The first line of `input`, the rest is nobody's; at a terminal after `prompt`, without echo. Throws CommandError where it is too long or broken off. */
export function readSecret(
  prompt: string,
  input: Input,
  output: Pick<WriteStream, 'write'>,
): Promise<string> {
  const isTyped = input.isTTY
  if (isTyped) {
    output.write(prompt)
    input.setRawMode(true)
  }
  input.setEncoding('utf8')
  return new Promise<string>((resolve, reject) => {
    let text = ''
    const finish = (settle: () => void): void => {
      input.off('data', take)
      input.off('end', end)
      input.pause()
      if (isTyped) {
        input.setRawMode(false)
        output.write('\n')
      }
      settle()
    }
    const end = (): void => finish(() => resolve(text))
    const take = (chunk: string): void => {
      for (const one of chunk) {
        if (ENTER.test(one)) return end()
        if (isTyped && one === INTERRUPT) return finish(() => reject(new CommandError('broken off')))
        text = isTyped && ERASE.test(one) ? Array.from(text).slice(0, -1).join('') : text + one
        if (text.length > MAX_CHARACTERS)
          return finish(() => reject(new CommandError('that is too long for a password')))
      }
    }
    input.on('data', take)
    input.on('end', end)
    input.resume()
  })
}
