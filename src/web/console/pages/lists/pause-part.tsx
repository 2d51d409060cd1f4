/** Pauses of blocking: those that run, with the time running down, and beginning one. */
import { useEffect, useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { Overrides } from '../../../../admin/routes/allow.ts'
import { ApiProblem, send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { actorText } from '../../kit/actor.ts'
import { clockText, secondsUntil, useCountdown } from '../../kit/countdown.ts'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Fault } from '../../kit/states.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { LengthField } from './allow-dialogs.tsx'
import { ReasonField } from './reason-field.tsx'

type All = Static<typeof Overrides>
type Pause = All['pauses'][number]

const GROUP_PREFIX = 'group:'

export function PausePart({ of, onChange }: { readonly of: All; readonly onChange: () => void }) {
  const { allow: words } = useWords()
  const [isAsking, ask] = useState(false)
  const running = [...(of.pause === null ? [] : [of.pause]), ...of.pauses]
  return (
    <section class="card" aria-labelledby="pauses-title">
      <div class="page-head">
        <h2 id="pauses-title">{words.pauses}</h2>
        {mayDo('list.change') && (
          <button type="button" onClick={() => ask(true)}>
            {words.pause}…
          </button>
        )}
      </div>
      <p class="hint">{words.pauseHint}</p>
      {running.length === 0 && <p>{words.notPaused}</p>}
      {running.map((pause) => (
        <RunningPause key={pause.name} pause={pause} onChange={onChange} />
      ))}
      {isAsking && <PauseDialog groups={of.groups} onDone={onChange} onClose={() => ask(false)} />}
    </section>
  )
}

function RunningPause({ pause, onChange }: { readonly pause: Pause; readonly onChange: () => void }) {
  const words = useWords()
  const format = useFormat()
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const { name, until, actor, reason } = pause
  const end = async (): Promise<void> => {
    try {
      await send('POST', '/pause', { for: 'off', ...whomOf(name) })
      say(words.allow.ended)
      onChange()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
    }
  }
  return (
    <div class={name === '' ? 'running-pause is-all' : 'running-pause'}>
      <div>
        <strong>
          {name === '' ? words.allow.runningAll : words.allow.runningWhom(whomText(name, words))}
        </strong>
        <p class="detail">{words.allow.by(actorText(actor, words), reason)}</p>
      </div>
      {until !== null && (
        <p class="timer" title={words.allow.untilAt(format.time(until))}>
          <TimeLeft key={until} until={until} onEnd={onChange} />
        </p>
      )}
      {mayDo('list.change') && (
        <button type="button" class="primary" onClick={() => void end()}>
          {words.allow.endNow}
        </button>
      )}
      {problem !== null && <Fault problem={problem} />}
    </div>
  )
}

function TimeLeft({ until, onEnd }: { readonly until: string; readonly onEnd: () => void }) {
  const { allow: words } = useWords()
  const format = useFormat()
  const [seconds] = useState(() => Math.max(1, secondsUntil(Date.parse(until), Date.now())))
  const left = useCountdown(seconds, until)
  useEffect(() => {
    if (left === 0) onEnd()
  }, [left === 0])
  return (
    <>
      <span class="clock">{clockText(left)}</span>{' '}
      <span class="hint">{words.untilAt(format.time(until))}</span>
    </>
  )
}

/** For whom a pause is, as the call takes it: see `Override.name` of the server. */
function whomOf(name: string): { readonly client?: string; readonly group?: string } {
  if (name === '') return {}
  return name.startsWith(GROUP_PREFIX) ? { group: name.slice(GROUP_PREFIX.length) } : { client: name }
}

export function whomText(name: string, { allow }: Words): string {
  if (name === '') return allow.whomAll.toLowerCase()
  return name.startsWith(GROUP_PREFIX)
    ? allow.ofGroup(name.slice(GROUP_PREFIX.length))
    : name.replace(/\/(?:32|128)$/, '')
}

const WHOM = ['client', 'group', 'all'] as const

function PauseDialog({
  groups,
  onDone,
  onClose,
}: {
  readonly groups: readonly string[]
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  const { allow: words } = useWords()
  const [whom, choose] = useState<(typeof WHOM)[number]>('client')
  const texts = { client: words.whomClient, group: words.whomGroup, all: words.whomAll }
  return (
    <FormDialog
      title={words.pauseTitle}
      action={words.pause}
      isDanger={whom === 'all'}
      onClose={onClose}
      onDo={async (values) => {
        const name = typed(values, whom).trim()
        const who = whom === 'all' ? {} : { [whom]: name }
        await send('POST', '/pause', { for: typed(values, 'for'), reason: typed(values, 'reason'), ...who })
        say(words.paused)
        onDone()
      }}
    >
      <fieldset>
        <legend>{words.pauseWhom}</legend>
        {WHOM.filter((one) => one !== 'group' || groups.length > 0).map((one) => (
          <label key={one} class="choice">
            <input type="radio" name="whom" value={one} checked={one === whom} onChange={() => choose(one)} />{' '}
            {texts[one]}
          </label>
        ))}
      </fieldset>
      {whom === 'client' && (
        <Field label={words.client} hint={words.clientHint}>
          <input name="client" required maxLength={60} autocomplete="off" spellcheck={false} />
        </Field>
      )}
      {whom === 'group' && (
        <Field label={words.group}>
          <select name="group">
            {groups.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </select>
        </Field>
      )}
      {whom === 'all' && <p class="warning">{words.allWarning}</p>}
      <LengthField lengths={['10m', '30m', '1h', '4h', '24h', '7d']} chosen="10m" />
      <ReasonField />
    </FormDialog>
  )
}
