/** A terminal as a screen: its size, its keys, and text put where it belongs. ECMA-48 control sequences, as all know them. */
import type { ReadStream, WriteStream } from 'node:tty'

export interface Screen {
  readonly columns: number
  readonly rows: number
  /** The person has not asked to do without (https://no-color.org). */
  readonly hasColor: boolean
  /** Text as it is, control sequences included. */
  write(text: string): void
  /** Tells of another size. Returns what stops it. */
  onResize(tell: () => void): () => void
  /** Tells of each key as soon as it is pressed; null where no keys can be read. Returns what stops it, and gives them back. */
  readonly onKey: ((tell: (key: string) => void) => () => void) | null
}

type Input = Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'unref'>
type Output = Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'write' | 'on' | 'off'>

/** Null where `output` is no terminal, or one without control sequences. */
export function openScreen(input: Input, output: Output, env: NodeJS.ProcessEnv): Screen | null {
  if (!output.isTTY || (env['TERM'] ?? 'dumb') === 'dumb') return null
  return {
    get columns() {
      return output.columns || 80
    },
    get rows() {
      return output.rows || 24
    },
    hasColor: (env['NO_COLOR'] ?? '') === '',
    write: (text) => void output.write(text),
    onResize(tell) {
      output.on('resize', tell)
      return () => void output.off('resize', tell)
    },
    onKey: input.isTTY ? (tell) => listen(input, tell) : null,
  }
}

function listen(input: Input, tell: (key: string) => void): () => void {
  const hear = (bytes: Buffer): void => tell(bytes.toString())
  input.setRawMode(true)
  input.on('data', hear)
  input.resume()
  return () => {
    input.off('data', hear)
    input.setRawMode(false)
    input.pause()
  }
}

const COLORS = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 } as const
export type Color = keyof typeof COLORS
/** Text in a colour. */
export type Paint = (color: Color, text: string) => string

/** Colours where the screen has them, the text alone elsewhere. */
export function painter(screen: Pick<Screen, 'hasColor'> | null): Paint {
  if (screen === null || !screen.hasColor) return (_color, text) => text
  return (color, text) => `\u001b[${COLORS[color]}m${text}\u001b[0m`
}
