/**
 * Info lines put together from parts that are text already, for who writes thousands of them a second: to make an object
 * of them for pino, which makes them text again, cost as much as a row of the database (benchmark: compare.py block).
 * They are those of `createLog` to the byte.
 */
import { systemClock, type Clock } from '../clock.ts'
import type { LogRingWriter } from '../thread/log-ring.ts'
import { IsoTimes } from './iso-times.ts'
import type { Logger } from './log.ts'

/** What needs no escape in JSON. */
const PLAIN = /^[ !#-[\]-~]*$/

/** `text` as JSON. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

export class InfoLines {
  readonly #logger: Pick<Logger, 'isLevelEnabled'>
  readonly #ring: Pick<LogRingWriter, 'write'>
  readonly #clock: Clock
  readonly #thread: string
  readonly #times = new IsoTimes()

  /** Lines of `thread`, as long as its `logger` has that level; see `createLog`. */
  constructor(
    thread: string,
    ring: Pick<LogRingWriter, 'write'>,
    logger: Pick<Logger, 'isLevelEnabled'>,
    clock: Clock = systemClock,
  ) {
    this.#thread = quoted(thread)
    this.#ring = ring
    this.#logger = logger
    this.#clock = clock
  }

  /** False: nothing would be written. */
  get isEnabled(): boolean {
    return this.#logger.isLevelEnabled('info')
  }

  /** `members`: of a JSON object, each with a comma before it. `message` needs no escape. */
  write(members: string, message: string): void {
    const time = this.#times.text(this.#clock.wallMs())
    this.#ring.write(
      `{"level":"info","time":"${time}","thread":${this.#thread}${members},"msg":"${message}"}\n`,
    )
  }
}
