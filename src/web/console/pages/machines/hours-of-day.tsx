/** At which hours it asks: a person has nights. */
import { useFormat } from '../../kit/format.ts'
import { useWords } from '../../words/words.ts'

const WIDTH = 240
const HEIGHT = 90
const STEP = WIDTH / 24

export function HoursOfDay({ hours }: { readonly hours: readonly number[] }) {
  const { machine: words } = useWords()
  const format = useFormat()
  const most = Math.max(1, ...hours)
  return (
    <div class="stack-tight">
      <h3>{words.hours}</h3>
      <figure class="hours">
        <svg
          class="bars"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={words.hoursLabel(String(hours.indexOf(Math.max(...hours))))}
        >
          {hours.map((count, hour) => (
            <rect
              key={hour}
              class={count === 0 ? 'strip-ground' : undefined}
              x={hour * STEP + 1}
              width={STEP - 2}
              y={HEIGHT - Math.max(2, (count / most) * HEIGHT)}
              height={Math.max(2, (count / most) * HEIGHT)}
            >
              <title>{words.atHour(hour, format.count(count))}</title>
            </rect>
          ))}
        </svg>
        <div class="hour-names hint" aria-hidden="true">
          {[0, 6, 12, 18].map((hour) => (
            <span key={hour}>{hour}:00</span>
          ))}
        </div>
      </figure>
    </div>
  )
}
