/** Which document an import is of, who brought it, and doing away with it. */
import { useState } from 'preact/hooks'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { actorText } from '../../kit/actor.ts'
import { FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { OneImport } from './import-page.tsx'
import { ImportState, isUnderWay } from './import-state.tsx'
import { ReasonField } from './reason-field.tsx'

export function ImportHead({ of, onChange }: { readonly of: OneImport; readonly onChange: () => void }) {
  const words = useWords()
  const format = useFormat()
  const [isAsking, ask] = useState(false)
  const { facts } = words.imports
  const isDiscardable =
    mayDo('list.change') &&
    !isUnderWay(of.state) &&
    of.state !== 'discarded' &&
    (of.states['approved'] ?? 0) === 0
  return (
    <section class="card">
      <div class="page-head">
        <h1 class="with-state">
          {of.document} <ImportState of={of} />
        </h1>
        {isDiscardable && (
          <button type="button" class="danger" onClick={() => ask(true)}>
            {words.imports.discard}…
          </button>
        )}
      </div>
      {of.error !== null && (
        <p class="fault">
          <strong>{words.imports.states.failed}</strong> <span class="detail">{of.error}</span>
        </p>
      )}
      {of.discarded !== null && (
        <p>
          {words.imports.discardedBy(actorText(of.discarded.by, words), format.time(of.discarded.at))}{' '}
          {of.discarded.reason}
        </p>
      )}
      <dl class="pairs">
        <dt>{facts.issuer}</dt>
        <dd>
          {words.lists.documentOf('', of.issuer, of.issued === null ? '' : format.day(of.issued)) || '–'}
        </dd>
        <dt>{facts.list}</dt>
        <dd>
          <Link href={hrefOf('/lists', { list: of.list })}>
            <code>{of.list}</code>
          </Link>
        </dd>
        <dt>{facts.by}</dt>
        <dd>{words.imports.byAt(actorText(of.importedBy, words), format.time(of.importedAt))}</dd>
        {of.comparedAt !== null && (
          <>
            <dt>{facts.compared}</dt>
            <dd>{format.time(of.comparedAt)}</dd>
          </>
        )}
        <dt>{facts.file}</dt>
        <dd>
          <Files of={of} />
        </dd>
      </dl>
      {of.shared !== null && <SharedDoubt of={of.shared} />}
      {isAsking && <DiscardDialog of={of} onDone={onChange} onClose={() => ask(false)} />}
    </section>
  )
}

/** From how much it is known whether addresses are shared, where that leaves a doubt. */
function SharedDoubt({
  of: { names, threads, answered, left },
}: {
  readonly of: NonNullable<OneImport['shared']>
}) {
  const { imports: words } = useWords()
  const format = useFormat()
  return (
    <>
      {names === 0 && <p class="warning">{words.sharedUnknown}</p>}
      {names > 0 && answered < threads && (
        <p class="warning">{words.sharedPart(format.count(answered), format.count(threads))}</p>
      )}
      {left > 0 && <p class="warning">{words.sharedLeft(format.count(left))}</p>}
    </>
  )
}

function Files({ of: { files } }: { readonly of: OneImport }) {
  const { imports: words } = useWords()
  const format = useFormat()
  return (
    <>
      {files.map(({ name, bytes, sha256, deletedAt, deletedWhy, warnings }) => (
        <div key={sha256}>
          {name} ({format.bytes(bytes)}),{' '}
          {deletedAt === null
            ? words.facts.kept
            : words.facts.deleted(format.time(deletedAt), deletedWhy ?? '')}
          <div class="hint">
            {words.facts.digest} <code>{sha256}</code>
          </div>
          {warnings.map((warning) => (
            <div key={warning} class="warning">
              {warning}
            </div>
          ))}
        </div>
      ))}
    </>
  )
}

function DiscardDialog({
  of,
  onDone,
  onClose,
}: {
  readonly of: OneImport
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  const { imports: words } = useWords()
  return (
    <FormDialog
      title={words.discardTitle}
      action={words.discard}
      isDanger
      onClose={onClose}
      onDo={async (values) => {
        await send('POST', `/imports/${of.id}/discard`, { reason: typed(values, 'reason') })
        say(words.discarded)
        onDone()
      }}
    >
      <p>{words.discardHint}</p>
      <ReasonField />
    </FormDialog>
  )
}
