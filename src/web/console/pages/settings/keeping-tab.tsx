/** How long what is kept, what may not be deleted, and backups. */
import type { Static } from 'typebox'
import { useState } from 'preact/hooks'
import type { Hold } from '../../../../admin/routes/holds.ts'
import type { Keeping } from '../../../../admin/routes/keeping.ts'
import { send } from '../../api/call.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { actorText } from '../../kit/actor.ts'
import { Badge } from '../../kit/badge.tsx'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Show } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import { BackupCard } from './backup-card.tsx'

type Kept = Static<typeof Keeping>
type HoldRow = Static<typeof Hold>

export function KeepingTab() {
  return (
    <div class="stack">
      <BackupCard />
      <KeptCard />
      <HoldsCard />
    </div>
  )
}

function KeptCard() {
  const { settings } = useWords()
  const format = useFormat()
  const keeping = useAnswer<Kept>('/keeping')
  return (
    <section class="card" aria-labelledby="kept">
      <h2 id="kept">{settings.kept}</h2>
      <Show of={keeping}>
        {({ level, hits, cases, audit, warnings, lastSweep, nextSweep, error }) => (
          <div class="stack">
            <dl class="pairs">
              <dt>{settings.level}</dt>
              <dd>{level === null ? settings.noLevel : level}</dd>
              <dt>{settings.keptHits}</dt>
              <dd>{settings.months(monthsOf(hits))}</dd>
              <dt>{settings.keptCases}</dt>
              <dd>{settings.months(monthsOf(cases))}</dd>
              <dt>{settings.keptAudit}</dt>
              <dd>{settings.months(monthsOf(audit))}</dd>
              <dt>{settings.lastSweep}</dt>
              <dd>{lastSweep === null ? '–' : format.day(lastSweep)}</dd>
              <dt>{settings.nextSweep}</dt>
              <dd>{format.time(nextSweep)}</dd>
            </dl>
            {warnings.map((warning) => (
              <p key={warning} class="fault is-notice">
                {warning}
              </p>
            ))}
            {error !== null && <p class="fault">{error}</p>}
          </div>
        )}
      </Show>
    </section>
  )
}

/** Of `12 months`. */
function monthsOf(text: string): number {
  return Number.parseInt(text, 10)
}

function HoldsCard() {
  const words = useWords()
  const { settings } = words
  const format = useFormat()
  const holds = useAnswer<{ readonly items: readonly HoldRow[] }>('/holds')
  const [isAdding, add] = useState(false)
  const [released, release] = useState<HoldRow | null>(null)
  return (
    <section class="card" aria-labelledby="holds">
      <div class="page-head">
        <h2 id="holds">{settings.holds}</h2>
        <button type="button" onClick={() => add(true)}>
          {settings.addHold}
        </button>
      </div>
      <p class="hint">{settings.holdsHint}</p>
      <Show of={holds}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">{settings.noHolds}</p>
          ) : (
            <Table<HoldRow>
              caption={settings.holds}
              rows={items}
              keyOf={({ id, document, what }) => id ?? `${document} ${what}`}
              columns={[
                { title: settings.document, cell: ({ document }) => document },
                { title: settings.holdWhat, cell: ({ what }) => <code>{what}</code> },
                {
                  title: settings.setBy,
                  cell: ({ actor, setAt, reason }) => (
                    <>
                      {actor === null ? settings.inConfig : actorText(actor, words)}{' '}
                      {setAt !== null && <span class="hint">{format.time(setAt)}</span>}
                      {reason !== '' && <div class="hint">{reason}</div>}
                    </>
                  ),
                },
                {
                  title: settings.is,
                  cell: ({ isInForce, releasedAt }) =>
                    isInForce ? (
                      <Badge tone="notice">{settings.held}</Badge>
                    ) : (
                      <Badge tone="plain">
                        {releasedAt === null
                          ? settings.released
                          : settings.releasedAt(format.day(releasedAt))}
                      </Badge>
                    ),
                },
                {
                  title: settings.release,
                  cell: (row) =>
                    row.isInForce && row.id !== null ? (
                      <button type="button" onClick={() => release(row)}>
                        {settings.release}
                      </button>
                    ) : (
                      '–'
                    ),
                },
              ]}
            />
          )
        }
      </Show>
      {isAdding && (
        <FormDialog
          title={settings.addHold}
          action={settings.addHold}
          onDo={async (values) => {
            const reason = typed(values, 'reason').trim()
            await send('POST', '/holds', {
              document: typed(values, 'document').trim(),
              what: typed(values, 'what').trim(),
              ...(reason === '' ? {} : { reason }),
            })
            holds.reload()
          }}
          onClose={() => add(false)}
        >
          <Field label={settings.document} hint={settings.documentHint}>
            <input name="document" required maxLength={200} autofocus />
          </Field>
          <Field label={settings.holdWhat} hint={settings.holdWhatHint}>
            <input name="what" required maxLength={80} defaultValue="all" />
          </Field>
          <Field label={settings.reason}>
            <input name="reason" maxLength={1000} />
          </Field>
        </FormDialog>
      )}
      {released !== null && (
        <FormDialog
          title={settings.releaseTitle(released.document)}
          action={settings.release}
          isDanger
          onDo={async (values) => {
            await send('POST', `/holds/${released.id}/release`, { reason: typed(values, 'reason') })
            say(settings.released)
            holds.reload()
          }}
          onClose={() => release(null)}
        >
          <p>{settings.releaseHint}</p>
          <Field label={settings.reason}>
            <input name="reason" required maxLength={1000} autofocus />
          </Field>
        </FormDialog>
      )}
    </section>
  )
}
