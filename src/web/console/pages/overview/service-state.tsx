/** In one line whether all is well; where it is not, what is wrong and what to do. */
import { hrefOf } from '../../kit/router.ts'
import { Link } from '../../kit/link.tsx'
import { Marked } from '../../kit/marked.tsx'
import { useFormat } from '../../kit/format.ts'
import { useStore } from '../../kit/store.ts'
import { wordFor } from '../../kit/word.ts'
import { mayDo } from '../../api/session.ts'
import { language, useWords } from '../../words/words.ts'
import type { Status } from './answers.ts'

/** Where something can be done about a part. */
const PAGES: Readonly<Record<string, { readonly path: string; readonly action: string }>> = {
  lists: { path: '/lists', action: 'list.read' },
  blocking: { path: '/lists', action: 'list.read' },
  config: { path: '/settings', action: 'settings.read' },
  alerts: { path: '/settings', action: 'settings.read' },
  accounts: { path: '/settings', action: 'settings.read' },
}
const MARKS: Readonly<Record<string, string>> = { ok: '✓', warn: '!', fail: '✕' }

export function ServiceState({ status }: { readonly status: Status }) {
  const { overview: words } = useWords()
  const format = useFormat()
  const { state, since, components } = status.health
  const troubles = components.flatMap(({ component, troubles: of }) =>
    of.map((trouble) => ({ component, ...trouble })),
  )
  const title =
    state === 'fail'
      ? words.failTitle(troubles.length)
      : state === 'warn'
        ? words.warnTitle(troubles.length)
        : words.wellTitle
  return (
    <section class={`card service is-${state}`} aria-label={words.state}>
      <p class="service-line">
        <span class="service-mark" aria-hidden="true">
          {MARKS[state] ?? '?'}
        </span>
        <strong>{title}</strong>
        <span class="hint" title={format.exactTime(since)}>
          {words.since(format.ago(since))}
        </span>
      </p>
      {status.pausedUntil !== null && <p>{words.pausedUntil(format.time(status.pausedUntil))}</p>}
      {troubles.length > 0 && (
        <ul class="troubles">
          {troubles.map((trouble) => (
            <Trouble key={`${trouble.component} ${trouble.detail.en}`} {...trouble} />
          ))}
        </ul>
      )}
    </section>
  )
}

type TroubleProps = { readonly component: string } & Pick<
  Status['health']['components'][number]['troubles'][number],
  'detail' | 'advice'
>

function Trouble({ component, detail, advice }: TroubleProps) {
  const { overview: words } = useWords()
  const shown = useStore(language)
  const part = wordFor(words.parts, component)
  const to = PAGES[component]
  return (
    <li>
      <p>
        <strong>
          {to !== undefined && mayDo(to.action) ? <Link href={hrefOf(to.path)}>{part}</Link> : part}
        </strong>
        {': '}
        <Marked text={detail[shown]} />
      </p>
      <p class="hint">
        <Marked text={advice[shown]} />
      </p>
    </li>
  )
}
