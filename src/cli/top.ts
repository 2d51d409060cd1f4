/** `top`: the server at work, redrawn each second. */
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command } from './command.ts'
import { painter, type Screen } from './screen.ts'
import { readTongue, SCREEN_COLUMNS, TONGUE_OPTION, type Tongue } from './tongue.ts'
import { frameLines } from './top/frame.ts'
import { Watch } from './top/watch.ts'
import { pause } from './until-end.ts'

const LOOK_MS = 1000
/** Of a picture that is printed once. */
const PLAIN_ROWS = 40
const QUIT_KEYS = ['q', 'Q', '\u0003', '\u001b']

// ECMA-48 and xterm: a screen of its own and no cursor; back again; to the first place; the rest of a line, of the screen.
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const ERASE_LINE = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

export const command: Command = {
  usage: 'top [--once] [--lang vi|en]',
  description: `Shows each second: queries by what became of them, how long answers took, upstreams, and the names and machines with hits since
it was opened. q ends it. With --once, and where the output is no terminal, it looks for a second and prints one picture.
Times are upper bounds: 99 % of the answers took no longer than the second one.`,
  options: {
    once: { value: null, help: 'print one picture and end' },
    ...TONGUE_OPTION,
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const tongue = readTongue(args)
    const path = socketPath(args)
    const watch = new Watch((request) => callAdmin(path, request))
    const end = terminal.untilEnd()
    await watch.look()
    // Nobody there from the beginning: said in plain words, not on a screen that is gone a moment later.
    if (watch.picture.error !== null) throw new CommandError(watch.picture.error)
    if (args.flag('once') || terminal.screen === null) {
      await pause(LOOK_MS, end)
      await watch.look()
      const columns = terminal.screen?.columns ?? SCREEN_COLUMNS
      terminal.print(frameLines(watch.picture, columns, PLAIN_ROWS, tongue, painter(null)).join('\n'))
      return Exit.Ok
    }
    await showLive(watch, terminal.screen, tongue, end)
    return Exit.Ok
  },
}

/** Draws until somebody quits; whatever happens, the terminal is as it was. */
export async function showLive(
  watch: Pick<Watch, 'look' | 'picture'>,
  screen: Screen,
  tongue: Tongue,
  end: AbortSignal,
  lookMs = LOOK_MS,
): Promise<void> {
  const quit = new AbortController()
  const isOver = AbortSignal.any([end, quit.signal])
  const paint = painter(screen)
  const draw = (): void => {
    const lines = frameLines(watch.picture, screen.columns, screen.rows, tongue, paint)
    // One write, over what stands there: nothing flickers.
    screen.write(`${HOME}${lines.map((line) => `${line}${ERASE_LINE}`).join('\r\n')}${ERASE_BELOW}`)
  }
  const stopKeys = screen.onKey?.((key) => {
    if (QUIT_KEYS.includes(key)) quit.abort()
  })
  const stopResize = screen.onResize(draw)
  const leave = (): void => screen.write(LEAVE)
  // Also when the process ends by an error that nobody foresaw.
  process.once('exit', leave)
  screen.write(ENTER)
  try {
    while (!isOver.aborted) {
      draw()
      await pause(lookMs, isOver)
      if (!isOver.aborted) await watch.look()
    }
  } finally {
    process.off('exit', leave)
    stopResize()
    stopKeys?.()
    leave()
  }
}
