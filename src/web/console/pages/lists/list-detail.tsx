/** One list: on what basis it blocks, how it is, what of it is not enforced and why. */
import { Fragment, type ComponentChildren } from 'preact'
import type { Static } from 'typebox'
import type { Lists } from '../../../../admin/routes/lists.ts'
import { mayDo } from '../../api/session.ts'
import { useFormat, type Format } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Table } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords, type Words } from '../../words/words.ts'
import { ListState } from './list-state.tsx'
import { ownBasis } from './own-basis.ts'
import { ForceButton, ReloadButton } from './reload.tsx'
import { sumOf } from './sum-of.ts'
import { ValidityText } from './validity.tsx'

type List = Static<typeof Lists>['items'][number]

export function ListDetail({ list, onChange }: { readonly list: List; readonly onChange: () => void }) {
  const { lists: words, reasons } = useWords()
  return (
    <>
      <section class="card" aria-labelledby="list-title">
        <div class="page-head">
          <h2 id="list-title" class="with-state">
            <code>{list.id}</code> <ListState list={list} />
          </h2>
          <div class="actions">
            {mayDo('client.read') && (
              <Link class="button" href={hrefOf('/machines', { list: list.id })}>
                {words.detail.hits}
              </Link>
            )}
            {mayDo('list.change') && <ReloadButton title={words.reload} list={list.id} onDone={onChange} />}
            {mayDo('list.change') && list.state === 'kept-last-good' && (
              <ForceButton list={list.id} onDone={onChange} />
            )}
          </div>
        </div>
        {list.error !== null && (
          <p class="fault">
            <strong>{wordFor(words.states, list.state)}</strong> <span class="detail">{list.error}</span>
          </p>
        )}
        <Facts list={list} />
      </section>
      <Shared rows={list.sharedAddresses} />
      <Lines
        title={words.detail.heldBack}
        hint={words.detail.heldBackHint}
        rows={list.heldBack}
        count={list.heldBackCount}
        words={reasons}
      />
      <Lines
        title={words.detail.refused}
        rows={list.firstErrors}
        count={sumOf(list.refused)}
        words={words.refusals}
      />
      <Lines
        title={words.detail.notEnforceable}
        rows={list.firstNotEnforceable}
        count={sumOf(list.notEnforceable)}
        words={words.refusals}
      />
    </>
  )
}

/** What it blocks that many clean names share: nothing is done about it, somebody has to look. */
function Shared({ rows }: { readonly rows: List['sharedAddresses'] }) {
  const { lists } = useWords()
  const format = useFormat()
  const { shared, sharedHint, sharedAddress, sharedOwners } = lists.detail
  if (rows.length === 0) return null
  return (
    <section class="card">
      <h2>{`${shared} (${format.count(rows.length)})`}</h2>
      <p class="hint">{sharedHint}</p>
      <Table
        caption={shared}
        columns={[
          {
            title: sharedAddress,
            cell: ({ address }) => (
              <Link href={hrefOf('/lookup', { name: address.replace(/\/.*/, '') })}>
                <code>{address}</code>
              </Link>
            ),
          },
          { title: sharedOwners, cell: ({ most }) => format.count(most), isNumber: true },
        ]}
        rows={rows}
        keyOf={({ address }) => address}
      />
    </section>
  )
}

function Facts({ list }: { readonly list: List }) {
  const { lists: words } = useWords()
  const format = useFormat()
  const facts = factsOf(list, words, format)
  return (
    <dl class="pairs">
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}

function factsOf(list: List, words: Words['lists'], format: Format): [string, ComponentChildren][] {
  const { detail } = words
  const time = (at: string | null): string => (at === null ? '–' : format.time(at))
  const document = words.documentOf(
    list.document,
    list.issuer,
    list.issued === null ? '' : format.day(list.issued),
  )
  const rows: [string, ComponentChildren, boolean?][] = [
    [detail.kind, wordFor(words.kinds, list.kind)],
    [detail.basis, ownBasis(list), list.kind === 'list' && ownBasis(list) !== ''],
    [detail.document, document, document !== ''],
    [detail.validity, <ValidityText of={list} />],
    [detail.action, wordFor(words.actions, list.action)],
    [detail.campaign, list.campaign, list.campaign !== null],
    [
      detail.entries,
      detail.entriesText(
        format.count(list.names),
        format.count(list.addresses),
        format.count(list.duplicates),
      ),
    ],
    [detail.taken, time(list.lastSuccessAt)],
    [detail.tried, time(list.lastAttemptAt), list.lastAttemptAt !== list.lastSuccessAt],
    [detail.written, time(list.renewedAt), list.renewedAt !== null],
    [detail.failures, format.count(list.reloadFailures), list.reloadFailures > 0],
    [detail.path, <code>{list.path}</code>],
    [detail.format, <code>{list.format}</code>, list.format !== null],
    [detail.digest, <code>{list.digest}</code>, list.digest !== ''],
  ]
  return rows.filter(([, , isTold = true]) => isTold).map(([name, value]) => [name, value])
}

/** What was left out: the first ones, with line and reason. */
function Lines({
  title,
  hint,
  rows,
  count,
  words,
}: {
  readonly title: string
  readonly hint?: string
  readonly rows: List['heldBack']
  readonly count: number
  readonly words: Readonly<Record<string, string>>
}) {
  const { lists } = useWords()
  const format = useFormat()
  if (count === 0) return null
  return (
    <section class="card">
      <h2>{`${title} (${format.count(count)})`}</h2>
      {hint !== undefined && <p class="hint">{hint}</p>}
      <Table
        caption={title}
        columns={[
          { title: lists.detail.line, cell: ({ line }) => format.count(line), isNumber: true },
          { title: lists.detail.text, cell: ({ text }) => <code>{text}</code> },
          { title: lists.detail.reason, cell: ({ reason }) => wordFor(words, reason) },
        ]}
        rows={rows}
        keyOf={({ line, text }) => `${line} ${text}`}
      />
      {rows.length < count && (
        <p class="hint">{lists.detail.firstOf(format.count(rows.length), format.count(count))}</p>
      )}
    </section>
  )
}
