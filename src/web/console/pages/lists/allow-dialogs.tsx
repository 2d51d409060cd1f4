/** Letting a name through, and taking that back: asked for on several pages. */
import { send } from '../../api/call.ts'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import { askedName } from '../lookup/asked-name.ts'
import { ReasonField } from './reason-field.tsx'

const FIRST_CHOICE = '24h'

/** `name`: empty where it is to be typed. `then` is done with the reason once the name is let through; may throw ApiProblem. */
export function AllowDialog({
  name,
  reason,
  then,
  onClose,
}: {
  readonly name: string
  readonly reason?: string
  readonly then: (reason: string) => Promise<void> | void
  readonly onClose: () => void
}) {
  const { allow: words } = useWords()
  return (
    <FormDialog
      title={words.addTitle}
      action={words.do}
      onClose={onClose}
      onDo={async (values) => {
        const given = typed(values, 'reason')
        const body = { name: askedName(typed(values, 'name')), for: typed(values, 'for'), reason: given }
        const made = await send<{ readonly name: string }>('POST', '/allow', body)
        say(words.done(made.name))
        await then(given)
      }}
    >
      <Field label={words.name} hint={words.nameHint}>
        <input
          name="name"
          required
          maxLength={300}
          defaultValue={name}
          autocomplete="off"
          spellcheck={false}
        />
      </Field>
      <LengthField lengths={['1h', '4h', '24h', '7d', '30d', '90d', '366d']} chosen={FIRST_CHOICE} />
      <ReasonField {...(reason === undefined ? {} : { value: reason })} />
    </FormDialog>
  )
}

export function TakeBackDialog({
  name,
  then,
  onClose,
}: {
  readonly name: string
  readonly then: () => void
  readonly onClose: () => void
}) {
  const { allow: words } = useWords()
  return (
    <FormDialog
      title={words.takeBackTitle(name)}
      action={words.takeBack}
      isDanger
      onClose={onClose}
      onDo={async (values) => {
        const query = { reason: typed(values, 'reason') }
        await send('DELETE', `/allow/${encodeURIComponent(name)}`, {}, { query })
        say(words.tookBack(name))
        then()
      }}
    >
      <p>{words.takeBackHint}</p>
      <ReasonField />
    </FormDialog>
  )
}

type Length = keyof ReturnType<typeof useWords>['allow']['lengths']

export function LengthField({
  lengths,
  chosen,
}: {
  readonly lengths: readonly Length[]
  readonly chosen: Length
}) {
  const { allow: words } = useWords()
  return (
    <Field label={words.length}>
      <select name="for" defaultValue={chosen}>
        {lengths.map((length) => (
          <option key={length} value={length} selected={length === chosen}>
            {words.lengths[length]}
          </option>
        ))}
      </select>
    </Field>
  )
}
