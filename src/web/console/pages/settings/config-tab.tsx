/** The configuration in force, section by section, and reading it again. */
import { useState } from 'preact/hooks'
import type { EffectiveConfig } from '../../../../admin/routes/config.ts'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge } from '../../kit/badge.tsx'
import { Field, useSubmit } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { changeQuery, usePlace } from '../../kit/router.ts'
import { Empty, Fault, Show } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import { sectionsWith, type Section } from './config-search.ts'

interface Reloaded {
  readonly applied: readonly string[]
  readonly needsRestart: readonly string[]
}

export function ConfigTab() {
  const config = useAnswer<EffectiveConfig>('/config')
  return (
    <Show of={config}>
      {(data) => (
        <div class="stack">
          <FileCard config={data} onReloaded={config.reload} />
          <Sections config={data} />
        </div>
      )}
    </Show>
  )
}

function FileCard({
  config: { file, loadedAt, errors, needsRestart },
  onReloaded,
}: {
  readonly config: EffectiveConfig
  readonly onReloaded: () => void
}) {
  const { settings, kit } = useWords()
  const format = useFormat()
  const [result, setResult] = useState<Reloaded | null>(null)
  const { problem, isDoing, submit } = useSubmit(async () => {
    setResult(null)
    try {
      setResult(await send<Reloaded>('POST', '/reload'))
    } finally {
      onReloaded()
    }
  })
  return (
    <section class="card" aria-labelledby="file">
      <h2 id="file">{settings.file}</h2>
      <p>
        {file === null ? settings.noFile : <code>{file}</code>}{' '}
        {settings.loadedAt(format.exactTime(loadedAt))}
      </p>
      {needsRestart.length > 0 && (
        <p class="fault is-notice">
          {settings.waitsForRestart} <code>{needsRestart.join(', ')}</code>
        </p>
      )}
      {errors.length > 0 && problem === null && (
        <div class="fault" role="alert">
          <strong>{settings.refused}</strong>
          <Lines lines={errors} />
        </div>
      )}
      {mayDo('settings.reload') && (
        <form onSubmit={submit}>
          <button type="submit" disabled={isDoing} aria-busy={isDoing}>
            {isDoing ? kit.working : settings.reload}
          </button>{' '}
          <span class="hint">{settings.reloadHint}</span>
        </form>
      )}
      {problem !== null && <Fault problem={problem} />}
      <div role="status">{result !== null && <Result result={result} />}</div>
    </section>
  )
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul class="detail">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

function Result({ result: { applied, needsRestart } }: { readonly result: Reloaded }) {
  const { settings } = useWords()
  if (applied.length + needsRestart.length === 0) return <p>{settings.unchanged}</p>
  return (
    <>
      {applied.length > 0 && (
        <p>
          <Badge tone="good">{settings.inForce}</Badge> <code>{applied.join(', ')}</code>
        </p>
      )}
      {needsRestart.length > 0 && (
        <p>
          <Badge tone="notice">{settings.atRestart}</Badge> <code>{needsRestart.join(', ')}</code>
        </p>
      )}
    </>
  )
}

function Sections({ config }: { readonly config: EffectiveConfig }) {
  const { settings } = useWords()
  const { query } = usePlace()
  const q = query.get('q') ?? ''
  const found = sectionsWith(config.sections, q)
  return (
    <section class="card" aria-labelledby="effective">
      <h2 id="effective">{settings.effective}</h2>
      <p class="hint">{settings.effectiveHint}</p>
      <div class="filters">
        <Field label={settings.find}>
          <input
            type="search"
            value={q}
            maxLength={200}
            onInput={(event) => changeQuery({ q: event.currentTarget.value }, true)}
          />
        </Field>
      </div>
      {found.length === 0 && <Empty title={settings.notFound} />}
      {found.map((section) => (
        <SectionText key={section.key} section={section} isOpen={q !== ''} />
      ))}
    </section>
  )
}

function SectionText({ section, isOpen }: { readonly section: Section; readonly isOpen: boolean }) {
  const { settings } = useWords()
  const { key, lines, isReadAtStart } = section
  return (
    <details class="setting" open={isOpen || lines.length < 4}>
      <summary>
        <code>{key}</code>{' '}
        {isReadAtStart && (
          <Badge tone="plain">{key === 'admin' ? settings.partlyAtRestart : settings.atRestart}</Badge>
        )}
      </summary>
      <pre tabIndex={0}>
        {lines.map(({ text, isFound }, at) => (
          <span key={at} class={isFound ? 'found' : undefined}>
            {text}
            {'\n'}
          </span>
        ))}
      </pre>
    </details>
  )
}
