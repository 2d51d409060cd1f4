/** Annexes of documents: sending one, and those that were sent. */
import type { Static } from 'typebox'
import type { Import } from '../../../../admin/import-schema.ts'
import type { Lists } from '../../../../admin/routes/lists.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Pager, Table, type Column } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'
import { ImportState } from './import-state.tsx'
import { UploadForm } from './upload-form.tsx'

const LOOK_AGAIN_MS = 5000
const PAGE = 50

type Row = Static<typeof Import>

export function ImportsTab() {
  const { query } = usePlace()
  const imports = useAnswer<{ readonly items: readonly Row[]; readonly next: string | null }>('/imports', {
    query: { limit: PAGE, cursor: query.get('cursor') },
    everyMs: LOOK_AGAIN_MS,
  })
  return (
    <div class="sections">
      {mayDo('list.change') && <Upload />}
      <ImportList of={imports} />
    </div>
  )
}

function Upload() {
  const lists = useAnswer<Static<typeof Lists>>('/lists')
  const { imports: words } = useWords()
  return (
    <section class="card" aria-labelledby="upload-title">
      <h2 id="upload-title">{words.upload}</h2>
      <Show of={lists}>
        {({ items, takesImports }) =>
          takesImports.length === 0 ? (
            <Empty title={words.noTarget}>{words.noTargetHint}</Empty>
          ) : (
            <UploadForm targets={items.filter(({ id }) => takesImports.includes(id))} />
          )
        }
      </Show>
    </section>
  )
}

function ImportList({
  of,
}: {
  readonly of: ReturnType<typeof useAnswer<{ readonly items: readonly Row[]; readonly next: string | null }>>
}) {
  const words = useWords()
  const format = useFormat()
  const { columns: titles } = words.imports
  const columns: Column<Row>[] = [
    {
      title: titles.document,
      cell: ({ id, document, issuer, issued }) => (
        <>
          <Link href={hrefOf(`/lists/imports/${id}`)}>{document}</Link>
          <div class="hint">
            {words.lists.documentOf('', issuer, issued === null ? '' : format.day(issued))}
          </div>
        </>
      ),
    },
    { title: titles.file, cell: ({ files }) => files.map(({ name }) => name).join(', ') },
    { title: titles.list, cell: ({ list }) => <code>{list}</code> },
    { title: titles.state, cell: (row) => <ImportState of={row} /> },
    {
      title: titles.waiting,
      cell: ({ unguarded, held }) =>
        unguarded + held === 0
          ? '–'
          : words.imports.waitingCount(format.count(unguarded), format.count(held)),
    },
    { title: titles.enforced, cell: ({ states }) => format.count(states['approved'] ?? 0), isNumber: true },
    {
      title: titles.by,
      cell: ({ importedBy, importedAt }) => (
        <>
          {actorText(importedBy, words)} <div class="hint">{format.time(importedAt)}</div>
        </>
      ),
    },
  ]
  return (
    <section class="card" aria-labelledby="imports-title">
      <h2 id="imports-title">{words.imports.title}</h2>
      <Show of={of}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title={words.imports.none}>
              {mayDo('list.change') ? words.imports.noneHint : words.imports.noneHintReader}
            </Empty>
          ) : (
            <div class="sections">
              <Table caption={words.imports.caption} columns={columns} rows={items} keyOf={({ id }) => id} />
              <Pager next={next} />
            </div>
          )
        }
      </Show>
    </section>
  )
}
