/** What to do where nothing has been found yet: an empty page tells nobody whether it works. */
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { useWords } from '../../words/words.ts'
import type { RecentTraffic, Status } from './answers.ts'

/** Of the records every server has (docs/configuration.md). */
const TEST_NAME = 'blocked.thanhloc.test'

export function FirstSteps({
  status,
  traffic,
}: {
  readonly status: Status
  readonly traffic: RecentTraffic | null
}) {
  const { overview: words } = useWords()
  const format = useFormat()
  const entries = status.lists
    .filter(({ kind }) => kind === 'list')
    .reduce((sum, list) => sum + list.entries, 0)
  const queries = traffic?.sum.queries ?? 0
  return (
    <section class="card" aria-labelledby="first">
      <h2 id="first">{words.first}</h2>
      <p>{words.firstHint}</p>
      <ol class="steps">
        <li>
          {entries > 0 ? words.firstLists(format.count(entries)) : words.firstNoLists}{' '}
          <Link href={hrefOf('/lists')}>{words.firstListsLink}</Link>
        </li>
        <li>
          {words.firstDhcp}{' '}
          {status.listen.map((one) => {
            const port = /^(?:0\.0\.0\.0|\[::\]):(\d+)$/.exec(one)?.[1]
            return port === undefined ? (
              <code key={one} class="chip">
                {one}
              </code>
            ) : (
              <span key={one} class="chip">
                {words.firstEverywhere(port)}
              </span>
            )
          })}
          <br />
          <span class="hint">
            {queries > 0 ? words.firstQueries(format.count(queries)) : words.firstNoQueries}
          </span>
        </li>
        <li>
          {words.firstTest} <code class="chip">nslookup {TEST_NAME}</code>
          <br />
          <span class="hint">{words.firstTestHint}</span>
        </li>
      </ol>
    </section>
  )
}
