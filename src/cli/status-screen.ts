/** The state of the server on one screen: well or not, since when, what is wrong and what to do, and a few figures. */
import type { Words } from '../alerts/catalogue.ts'
import type { StatusReport } from '../admin/routes/status.ts'
import type { Color, Paint } from './screen.ts'
import { figureLines } from './status-figures.ts'
import { linesIn, SCREEN_COLUMNS, wrap, type Tongue } from './tongue.ts'
import { localTime } from './words.ts'

/** One less than a terminal has: the prompt comes below. */
const SCREEN_LINES = 23

interface Verdict {
  readonly mark: string
  readonly color: Color
  readonly words: Words
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  ok: { mark: '✓', color: 'green', words: { vi: 'HOẠT ĐỘNG TỐT', en: 'HEALTHY' } },
  warn: { mark: '!', color: 'yellow', words: { vi: 'CẦN XEM LẠI', en: 'NEEDS A LOOK' } },
  fail: { mark: '✗', color: 'red', words: { vi: 'CÓ SỰ CỐ', en: 'NOT HEALTHY' } },
}

type Trouble = StatusReport['health']['components'][number]['troubles'][number] & {
  readonly component: string
}

/** At most 23 lines of 80 characters. */
export function describeStatus(status: StatusReport, tongue: Tongue, paint: Paint): string[] {
  const { health } = status
  const head = headLines(health, tongue, paint)
  const figures = figureLines(status, tongue)
  const troubles = health.components.flatMap(({ component, troubles }) =>
    troubles.map((trouble) => ({ ...trouble, component })),
  )
  troubles.sort((a, b) => Number(b.severity === 'fail') - Number(a.severity === 'fail'))
  const room = SCREEN_LINES - head.length - figures.length - 1
  return [...head, ...troubleLines(troubles, room, tongue, paint), '', ...figures]
}

function headLines({ state, since }: StatusReport['health'], tongue: Tongue, paint: Paint): string[] {
  const { mark, color, words } = VERDICTS[state] ?? VERDICTS['fail']!
  const at = localTime(since)
  const lines = linesIn(tongue, { vi: `${words.vi} từ ${at}`, en: `${words.en} since ${at}` })
  return lines.map((line, index) => paint(color, `${index === 0 ? mark : ' '} ${line}`))
}

/** As many as there is room for, the worst first; the others are counted. */
function troubleLines(troubles: readonly Trouble[], room: number, tongue: Tongue, paint: Paint): string[] {
  const lines: string[] = []
  const more = linesIn(tongue, { vi: '', en: ' ' }).length
  for (const [index, trouble] of troubles.entries()) {
    const block = ['', ...describeTrouble(trouble, tongue, paint)]
    const left = troubles.length - index
    const isLast = left === 1
    if (lines.length + block.length > room - (isLast ? 0 : more)) {
      const rest = {
        vi: `… còn ${left} điều nữa: thanhloc status --full`,
        en: `… ${left} more: thanhloc status --full`,
      }
      return [...lines, ...linesIn(tongue, rest).map((line) => `  ${line}`)]
    }
    lines.push(...block)
  }
  return lines
}

function describeTrouble(
  { component, severity, since, detail, advice }: Trouble,
  tongue: Tongue,
  paint: Paint,
): string[] {
  const { mark, color } = VERDICTS[severity]!
  const at = localTime(since).slice(0, 16)
  const from = tongue === 'en' ? `(since ${at})` : `(từ ${at})`
  const what = linesIn(tongue, detail).flatMap((line, index) =>
    index === 0
      ? wrap(`${line} ${from}`, SCREEN_COLUMNS, `${mark} ${component}: `, '    ')
      : wrap(line, SCREEN_COLUMNS, '    ', '    '),
  )
  const todo = linesIn(tongue, advice).flatMap((line, index) =>
    wrap(line, SCREEN_COLUMNS, index === 0 ? '  → ' : '    ', '    '),
  )
  return [paint(color, what[0]!), ...what.slice(1), ...todo]
}
