/** Files of names that always pass, and who answers for them. */
import type { Static } from 'typebox'
import type { Overrides } from '../../../../admin/routes/allow.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Table, type Column } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'
import { ValidityText } from './validity.tsx'

type AllowFile = Static<typeof Overrides>['files'][number]

export function AllowFiles({ files }: { readonly files: readonly AllowFile[] }) {
  const { allow: words } = useWords()
  const format = useFormat()
  if (files.length === 0) return null
  const { fileColumns: titles } = words
  const attention = ({ expired, unowned }: AllowFile): string =>
    [
      expired > 0 ? words.expired(format.count(expired)) : '',
      unowned > 0 ? words.unowned(format.count(unowned)) : '',
    ]
      .filter((text) => text !== '')
      .join(', ')
  const columns: Column<AllowFile>[] = [
    {
      title: titles.file,
      cell: ({ id, path }) => (
        <Link href={hrefOf('/lists', { list: id })} title={path}>
          <code>{id}</code>
        </Link>
      ),
    },
    { title: titles.owner, cell: ({ owner }) => owner || '–' },
    { title: titles.reason, cell: ({ reason }) => reason || '–' },
    { title: titles.entries, cell: ({ entries }) => format.count(entries), isNumber: true },
    {
      title: titles.until,
      cell: ({ validity, until }) => <ValidityText of={{ validity, until, from: null }} />,
    },
    { title: titles.attention, cell: (file) => attention(file) || '–' },
  ]
  return (
    <section class="card" aria-labelledby="files-title">
      <h2 id="files-title">{words.files}</h2>
      <p class="hint">{words.filesHint}</p>
      <Table caption={words.filesCaption} columns={columns} rows={files} keyOf={({ id }) => id} />
    </section>
  )
}
