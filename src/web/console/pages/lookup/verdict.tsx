/** What is answered for a name, in a sentence, and why. */
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { ValidityText } from '../lists/validity.tsx'
import { because, kindOf, type Found } from './because.ts'

export function VerdictText({ of }: { readonly of: Found }) {
  const words = useWords()
  const { lookup, lists } = words
  const kind = kindOf(of)
  return (
    <div class={`verdict ${kind}`}>
      <p class="verdict-title">{lookup.verdicts[kind](of.name)}</p>
      {(of.override === null || kind !== 'allow') && <p>{because(of, words)}</p>}
      <BasisText of={of} />
      {of.override !== null && <OverrideText of={of.override} />}
      {of.action !== null && (
        <p>
          {lookup.action}: {wordFor(lists.actions, of.action)}.
        </p>
      )}
      {of.trigger === 'address' && kind === 'block' && <p class="hint">{lookup.because.address}</p>}
      {of.trigger === 'client' && <p class="hint">{lookup.because.client}</p>}
      {of.isPaused && <p class="warning">{lookup.because.paused}</p>}
    </div>
  )
}

/** The document behind the deciding entry: that of its annex, else that of the list, else what the list says of itself. */
function BasisText({ of }: { readonly of: Found }) {
  const { lookup, lists } = useWords()
  const format = useFormat()
  const holder = of.lists.find(({ id, indicator }) => id === of.list && indicator === of.indicator)
  if (holder === undefined || holder.id === 'overrides') return null
  const { document, issuer, issued } = holder.imports[0] ?? holder
  const text = document === '' ? holder.basis : lists.documentOf(document, issuer, issued === null ? '' : format.day(issued)) // prettier-ignore
  if (text === '') return null
  return (
    <p>
      {`${lookup.onBasis}: ${text}.`} {holder.validity !== 'unlimited' && <ValidityText of={holder} />}
    </p>
  )
}

function OverrideText({
  of: { kind, actor, reason, until },
}: {
  readonly of: NonNullable<Found['override']>
}) {
  const words = useWords()
  const format = useFormat()
  return (
    <p>
      {words.lookup.because[kind === 'pause' ? 'overridePause' : 'override'](actorText(actor, words), reason)}
      . {until !== null && words.lookup.because.overrideUntil(format.time(until), format.ago(until))}
    </p>
  )
}
