/** What waits for somebody: each with the way there. */
import type { Static } from 'typebox'
import type { Import } from '../../../../admin/import-schema.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Fault } from '../../kit/states.tsx'
import { useFormat, type Format } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { useWords } from '../../words/words.ts'
import type { Words } from '../../words/vi/vi.ts'
import type { MachineNumbers, Status } from './answers.ts'
import { listTask } from './list-task.ts'

const EVERY_MS = 60_000
const IMPORTS = 20

export interface Task {
  readonly text: string
  readonly href: string
}

type ImportPage = { readonly items: readonly Static<typeof Import>[] }
type ReportPage = { readonly open: number | null }
type FeedPage = { readonly items: readonly { readonly id: string; readonly state: string }[] }

export function Todo({ status, all }: { readonly status: Status; readonly all: MachineNumbers | null }) {
  const words = useWords()
  const format = useFormat()
  const seesLists = mayDo('list.read')
  const imports = useAnswer<ImportPage>(seesLists ? '/imports' : null, {
    query: { limit: IMPORTS },
    everyMs: EVERY_MS,
  })
  const reports = useAnswer<ReportPage>('/reports', { query: { state: 'open', limit: 1 }, everyMs: EVERY_MS })
  const feeds = useAnswer<FeedPage>(seesLists ? '/feeds' : null, { everyMs: EVERY_MS })
  const tasks = [
    ...machineTasks(all, words, format),
    ...reportTasks(reports.data, words, format),
    ...(imports.data?.items ?? []).flatMap((one) => importTask(one, words, format)),
    ...(seesLists
      ? status.lists.flatMap((list) => {
          const text = listTask(list, words, format)
          return text === null ? [] : [{ text, href: hrefOf('/lists') }]
        })
      : []),
    ...(feeds.data?.items ?? [])
      .filter(({ state }) => state === 'failed' || state === 'refused')
      .map(({ id }) => ({ text: words.overview.todoFeed(id), href: hrefOf('/lists', { view: 'sources' }) })),
  ]
  const problem = imports.problem ?? reports.problem ?? feeds.problem
  return (
    <section class="card" aria-labelledby="todo">
      <h2 id="todo">{words.overview.todo}</h2>
      {problem !== null && <Fault problem={problem} />}
      {tasks.length === 0 ? (
        <p class="hint">{words.overview.nothingToDo}</p>
      ) : (
        <ul class="tasks">
          {tasks.map(({ text, href }) => (
            <li key={text}>
              <Link href={href}>{text}</Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function machineTasks(all: MachineNumbers | null, { overview }: Words, format: Format): Task[] {
  const of = (state: string, text: (count: string) => string): Task[] => {
    const count = all?.machines[state] ?? 0
    const href = hrefOf('/machines', { status: state, kind: 'machine' })
    return count === 0 ? [] : [{ text: text(format.count(count)), href }]
  }
  return [...of('reinfected', overview.todoReinfected), ...of('new', overview.todoNew)]
}

function reportTasks(reports: ReportPage | null, { overview }: Words, format: Format): Task[] {
  const open = reports?.open ?? 0
  return open === 0
    ? []
    : [{ text: overview.todoReports(format.count(open)), href: hrefOf('/lists', { view: 'reports' }) }]
}

function importTask(one: Static<typeof Import>, { overview }: Words, format: Format): Task[] {
  const waiting = one.unguarded + one.held
  if (one.state !== 'ready' || one.discarded !== null || waiting === 0) return []
  return [
    {
      text: overview.todoImport(one.document, format.count(waiting)),
      href: hrefOf(`/lists/imports/${one.id}`),
    },
  ]
}
