/** When the machine asked: hits an hour, and below them from when to when for each indicator. */
import { useFormat } from '../../kit/format.ts'
import { Empty } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import type { MachineDetail } from './answers.ts'
import { HoursOfDay } from './hours-of-day.tsx'
import { hourBars, hoursOfDay, spanOf, strip, ticksOf, type Span } from './scale.ts'

const WIDTH = 1000
const HEIGHT = 120
const STRIP_HEIGHT = 12
/** What is thinner cannot be seen. */
const LEAST_WIDTH = 2
const LEAST_HEIGHT = 2
const SHOWN_STRIPS = 12

export function Picture({ machine }: { readonly machine: MachineDetail }) {
  const { machine: words } = useWords()
  const format = useFormat()
  const { timeline, hitPage, hits } = machine
  const first = Math.min(Date.parse(machine.firstSeen), ...timeline.map(({ at }) => Date.parse(at)))
  const span = spanOf(first, Date.now())
  const most = Math.max(0, ...timeline.map((one) => one.hits))
  const label = words.pictureLabel(
    format.count(hits),
    format.time(machine.firstSeen),
    format.time(machine.lastSeen),
  )
  return (
    <section class="card" aria-labelledby="when">
      <h2 id="when">{words.what}</h2>
      {timeline.length === 0 ? (
        <Empty title={words.noHits} />
      ) : (
        <div class="picture">
          <span class="picture-name hint">
            {words.hitsAnHour}
            <br />
            {words.mostAnHour(format.count(most))}
          </span>
          <svg
            class="bars"
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={label}
          >
            {hourBars(timeline, span).map(({ at, x, width, height, hits: count }) => (
              <rect
                key={at}
                x={x * WIDTH}
                width={Math.max(LEAST_WIDTH, width * WIDTH * 0.9)}
                y={HEIGHT - Math.max(LEAST_HEIGHT, height * HEIGHT)}
                height={Math.max(LEAST_HEIGHT, height * HEIGHT)}
              >
                <title>{words.inHour(format.count(count), format.time(at))}</title>
              </rect>
            ))}
          </svg>
          {hitPage.items.slice(0, SHOWN_STRIPS).map(({ indicator, kind, firstSeen, lastSeen }) => (
            <Strip
              key={`${kind} ${indicator}`}
              name={indicator}
              span={span}
              firstSeen={firstSeen}
              lastSeen={lastSeen}
            />
          ))}
          <Ticks span={span} />
        </div>
      )}
      {timeline.length > 0 && <HoursOfDay hours={hoursOfDay(timeline)} />}
    </section>
  )
}

function Strip({
  name,
  span,
  firstSeen,
  lastSeen,
}: {
  readonly name: string
  readonly span: Span
  readonly firstSeen: string
  readonly lastSeen: string
}) {
  const { machine: words } = useWords()
  const format = useFormat()
  const place = strip(Date.parse(firstSeen), Date.parse(lastSeen), span)
  const label = words.fromTo(format.time(firstSeen), format.time(lastSeen))
  return (
    <>
      <code class="picture-name" title={name}>
        {name}
      </code>
      <svg
        class="strip"
        viewBox={`0 0 ${WIDTH} ${STRIP_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${label}`}
      >
        <rect class="strip-ground" width={WIDTH} height={STRIP_HEIGHT} />
        {place !== null && (
          <rect
            x={Math.min(place.x * WIDTH, WIDTH - 3 * LEAST_WIDTH)}
            width={Math.max(3 * LEAST_WIDTH, place.width * WIDTH)}
            height={STRIP_HEIGHT}
          >
            <title>{label}</title>
          </rect>
        )}
      </svg>
    </>
  )
}

function Ticks({ span }: { readonly span: Span }) {
  const format = useFormat()
  return (
    <div class="picture-days hint" aria-hidden="true">
      {ticksOf(span).map(({ x, at, isDay }) => (
        <span key={at} style={{ left: `${x * 100}%` }}>
          {isDay ? format.shortDay(at) : format.timeOfDay(at)}
        </span>
      ))}
    </div>
  )
}
