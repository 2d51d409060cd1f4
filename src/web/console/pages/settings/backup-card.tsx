/** A copy of the databases while the server runs, and how the last one ended. */
import type { Static } from 'typebox'
import { useEffect } from 'preact/hooks'
import type { Backups } from '../../../../admin/routes/backup.ts'
import { send } from '../../api/call.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useSubmit } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Fault, Show } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'

type State = Static<typeof Backups>
const LOOK_MS = 1000

export function BackupCard() {
  const { settings, kit } = useWords()
  const backups = useAnswer<State>('/backup')
  const { refresh } = backups
  const running = backups.data?.running ?? null
  const { problem, isDoing, submit } = useSubmit(async () => {
    await send('POST', '/backup')
    refresh()
  })
  useEffect(() => {
    if (running === null) return
    const timer = setTimeout(refresh, LOOK_MS)
    return () => clearTimeout(timer)
  }, [running, refresh])
  return (
    <section class="card" aria-labelledby="backup">
      <h2 id="backup">{settings.backup}</h2>
      <p class="hint">{settings.backupHint}</p>
      <Show of={backups}>
        {({ running: now, last }) => (
          <div class="stack">
            {now !== null && <Running running={now} />}
            {last === null ? now === null && <p>{settings.noBackup}</p> : <Last last={last} />}
          </div>
        )}
      </Show>
      {problem !== null && <Fault problem={problem} />}
      <form onSubmit={submit}>
        <button type="submit" class="primary" disabled={isDoing || running !== null} aria-busy={isDoing}>
          {isDoing ? kit.working : settings.beginBackup}
        </button>
      </form>
    </section>
  )
}

function Running({ running: { bytes, expectedBytes } }: { readonly running: NonNullable<State['running']> }) {
  const { settings } = useWords()
  const format = useFormat()
  return (
    <label>
      {settings.backingUp} {format.bytes(bytes)}{' '}
      <progress value={Math.min(bytes, expectedBytes)} max={Math.max(expectedBytes, 1)} />
    </label>
  )
}

function Last({ last }: { readonly last: NonNullable<State['last']> }) {
  const { settings } = useWords()
  const format = useFormat()
  if (last.reason !== null)
    return (
      <p class="fault">
        <strong>{settings.backupFailed(format.time(last.at))}</strong> {last.reason}
      </p>
    )
  return (
    <p role="status">
      {settings.lastBackup(format.time(last.at))} <code>{last.path}</code>{' '}
      <span class="hint">
        {settings.backupHolds(
          format.bytes(last.bytes),
          format.count(last.clients),
          format.count(last.cases),
          format.count(last.hits),
        )}
      </span>
    </p>
  )
}
