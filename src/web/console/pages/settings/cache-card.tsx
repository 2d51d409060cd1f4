/** Stored answers, and forgetting them: of one name, or all. */
import type { StatusReport } from '../../../../admin/routes/status.ts'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { Field, typed, useSubmit } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Fault } from '../../kit/states.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'

export function CacheCard({
  cache,
  onFlushed,
}: {
  readonly cache: StatusReport['cache']
  readonly onFlushed: () => void
}) {
  const { settings, kit } = useWords()
  const format = useFormat()
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    const query = { name: typed(values, 'name').trim() }
    const { removed } = await send<{ readonly removed: number }>('POST', '/cache/flush', {}, { query })
    say(settings.flushed(format.count(removed)))
    onFlushed()
  })
  return (
    <section class="card" aria-labelledby="cache">
      <h2 id="cache">{settings.cache}</h2>
      <p>{settings.cached(format.count(cache.entries), format.bytes(cache.bytes))}</p>
      {mayDo('cache.flush') && (
        <form class="filters" onSubmit={submit}>
          <Field label={settings.flushName}>
            <input name="name" maxLength={253} size={30} placeholder={settings.flushHint} />
          </Field>
          <button type="submit" disabled={isDoing} aria-busy={isDoing}>
            {isDoing ? kit.working : settings.flush}
          </button>
        </form>
      )}
      {problem !== null && <Fault problem={problem} />}
    </section>
  )
}
