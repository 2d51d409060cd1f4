/** Why a name is blocked, for whom, on whose word; and letting it through where that is wrong. */
import { useState } from 'preact/hooks'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Field, typed } from '../../kit/dialog.tsx'
import { changeQuery, usePlace } from '../../kit/router.ts'
import { Show } from '../../kit/states.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { AllowDialog, TakeBackDialog } from '../lists/allow-dialogs.tsx'
import { askedName } from './asked-name.ts'
import { Askers } from './askers.tsx'
import { BasisPart } from './basis.tsx'
import { kindOf, type Found } from './because.ts'
import { VerdictText } from './verdict.tsx'
import '../../style/lists.css'

export function LookupPage() {
  const { lookup: words, pages } = useWords()
  const { query } = usePlace()
  const name = query.get('name') ?? ''
  const client = query.get('client') ?? ''
  return (
    <>
      <h1>{pages.lookup}</h1>
      <section class="card">
        <p class="hint">{words.hint}</p>
        <form
          key={`${name} ${client}`}
          class="filters lookup-form"
          role="search"
          onSubmit={(event) => {
            event.preventDefault()
            const values = new FormData(event.currentTarget)
            changeQuery({ name: askedName(typed(values, 'name')), client: typed(values, 'client').trim() })
          }}
        >
          <Field label={words.name}>
            <input
              name="name"
              required
              maxLength={300}
              defaultValue={name}
              autofocus={name === ''}
              autocomplete="off"
              spellcheck={false}
            />
          </Field>
          <Field label={words.client}>
            <input
              name="client"
              maxLength={60}
              defaultValue={client}
              title={words.clientHint}
              autocomplete="off"
              spellcheck={false}
            />
          </Field>
          <button type="submit" class="primary">
            {words.ask}
          </button>
        </form>
      </section>
      {name !== '' && <Answer key={`${name} ${client}`} name={name} client={client} />}
    </>
  )
}

function Answer({ name, client }: { readonly name: string; readonly client: string }) {
  const answer = useAnswer<Found>('/lookup', { query: { name, client } })
  return (
    <Show of={answer}>
      {(found) => (
        <div class="sections" aria-live="polite">
          <section class="card">
            <VerdictText of={found} />
            <GroupText of={found} client={client} />
            <Doing of={found} onChange={answer.reload} />
          </section>
          <HeldBack of={found} />
          <BasisPart of={found} />
          {found.indicator !== null && mayDo('client.read') && <Askers indicator={found.indicator} />}
        </div>
      )}
    </Show>
  )
}

function GroupText({ of: { group }, client }: { readonly of: Found; readonly client: string }) {
  const { lookup: words } = useWords()
  if (client === '') return null
  return (
    <p class="hint">
      {words.forClient(client)}: {group === null ? words.noGroup : words.group(group)}
    </p>
  )
}

function Doing({ of, onChange }: { readonly of: Found; readonly onChange: () => void }) {
  const { lookup: words } = useWords()
  const [isAllowing, allow] = useState(false)
  const [isTaking, takeBack] = useState(false)
  const { override } = of
  if (!mayDo('list.allow')) return null
  const isLetThrough = override?.kind === 'allow'
  if (!isLetThrough && kindOf(of) !== 'block' && kindOf(of) !== 'log') return null
  return (
    <div class="actions">
      {isLetThrough ? (
        <button type="button" onClick={() => takeBack(true)}>
          {words.takeBack}…
        </button>
      ) : (
        <button type="button" onClick={() => allow(true)}>
          {words.allow}…
        </button>
      )}
      {isAllowing && <AllowDialog name={of.name} then={onChange} onClose={() => allow(false)} />}
      {isTaking && override !== null && (
        <TakeBackDialog name={override.name} then={onChange} onClose={() => takeBack(false)} />
      )}
    </div>
  )
}

function HeldBack({ of: { heldBack } }: { readonly of: Found }) {
  const { lookup: words, reasons } = useWords()
  if (heldBack.length === 0) return null
  return (
    <section class="card" aria-labelledby="held-title">
      <h2 id="held-title">{words.heldBack}</h2>
      <ul>
        {heldBack.map(({ list, line, text, reason }) => (
          <li key={`${list} ${line}`}>
            <code>{text}</code> ({words.heldBackText(list, String(line))}): {wordFor(reasons, reason)}
          </li>
        ))}
      </ul>
    </section>
  )
}
