/** What came from it to the sinkhole's address: the best evidence there is, where no browser made it. */
import { Badge } from '../../kit/badge.tsx'
import { useFormat, type Format } from '../../kit/format.ts'
import { Table, type Column } from '../../kit/table.tsx'
import type { Words } from '../../words/vi/vi.ts'
import { useWords } from '../../words/words.ts'
import type { MachineDetail } from './answers.ts'

type Contact = MachineDetail['contactPage']['items'][number]

export function Contacts({ machine }: { readonly machine: MachineDetail }) {
  const words = useWords()
  const format = useFormat()
  const { items, next } = machine.contactPage
  if (items.length === 0) return null
  const { machine: own } = words
  const left = machine.contacts - items.reduce((sum, { count }) => sum + count, 0)
  return (
    <section class="card" aria-labelledby="contacts">
      <h2 id="contacts">{own.contacts}</h2>
      <p class="hint">{own.contactsHint}</p>
      <Table
        caption={own.contactsCaption}
        columns={columnsOf(words, format)}
        rows={items}
        keyOf={({ id }) => id}
      />
      {next !== null && left > 0 && <p class="hint">{own.more(format.count(left))}</p>}
    </section>
  )
}

function columnsOf({ machine: words }: Words, format: Format): Column<Contact>[] {
  return [
    {
      title: words.lastSeen,
      cell: ({ lastSeen }) => <span class="times">{format.exactTime(lastSeen)}</span>,
    },
    {
      title: words.contactPort,
      cell: ({ port, protocol }) => (
        <code>
          {protocol}
          {port === null ? '' : ` ${port}`}
        </code>
      ),
    },
    {
      title: words.contactHost,
      cell: ({ host, method, path }) =>
        host === null && path === null ? (
          '–'
        ) : (
          <code>{[method, host, path].filter((one) => one !== null).join(' ')}</code>
        ),
    },
    {
      title: words.contactAgent,
      cell: ({ userAgent }) => (userAgent === null ? '–' : <code>{userAgent}</code>),
    },
    { title: words.contactCount, isNumber: true, cell: ({ count }) => format.count(count) },
    {
      title: words.contactKind,
      cell: ({ isConfirmed, isBrowserLike }) =>
        isConfirmed ? (
          <Badge tone="bad">{words.confirmed}</Badge>
        ) : (
          <Badge tone="plain">{isBrowserLike ? words.byBrowser : words.unclear}</Badge>
        ),
    },
  ]
}
