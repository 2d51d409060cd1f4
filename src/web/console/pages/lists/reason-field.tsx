/** Why it is done: asked of whoever changes what is blocked, and kept with the change. */
import { Field } from '../../kit/dialog.tsx'
import { useWords } from '../../words/words.ts'

export function ReasonField({ hint, value }: { readonly hint?: string; readonly value?: string }) {
  const { lists } = useWords()
  return (
    <Field label={lists.reason} hint={hint ?? lists.reasonHint}>
      <textarea name="reason" required maxLength={1000} defaultValue={value ?? ''} />
    </Field>
  )
}
