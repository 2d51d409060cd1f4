/** A decision about one item: what of it is to be blocked, how far, and why; what holds it stands before one's eyes. */
import { useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { Import, ImportDecision } from '../../../../admin/import-schema.ts'
import { send } from '../../api/call.ts'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { formatOf } from '../../kit/format.ts'
import { say } from '../../kit/toast.tsx'
import { wordFor } from '../../kit/word.ts'
import { language, useWords, type Words } from '../../words/words.ts'
import type { OneImport } from './import-page.tsx'
import type { BulkAction } from './item-filter.ts'
import type { Item } from './item.ts'
import { ReasonField } from './reason-field.tsx'
import { isAddress, proposedScope, SCOPES } from './scope.ts'

export interface Deciding {
  readonly action: BulkAction
  readonly item: Item
}

interface Decided {
  readonly decision: Static<typeof ImportDecision>
  readonly isInForce: boolean
  readonly import: Static<typeof Import>
}

/** Decides, and says what came of it. Throws ApiProblem. */
export async function decide(id: number, body: object, { imports: words }: Words): Promise<void> {
  const { decision, isInForce } = await send<Decided>('POST', `/imports/${id}/decide`, body)
  const did = words.did[decision.action](formatOf(language.value).count(decision.count))
  say(isInForce ? did : words.notYetInForce)
}

export function DecideDialog({
  of,
  deciding: { action, item },
  onDone,
  onClose,
}: {
  readonly of: OneImport
  readonly deciding: Deciding
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  const words = useWords()
  const { imports } = words
  const titles = {
    approve: imports.approveTitle,
    reject: imports.rejectTitle,
    withdraw: imports.withdrawTitle,
  }
  const isHeld = item.decision !== 'accept'
  return (
    <FormDialog
      title={titles[action](item.value)}
      action={imports[action]}
      isDanger={action === 'withdraw' || (action === 'approve' && isHeld)}
      onClose={onClose}
      onDo={async (values) => {
        const said = { action, item: item.number, reason: typed(values, 'reason') }
        await decide(of.id, action === 'approve' ? { ...said, ...targetOf(values) } : said, words)
        onDone()
      }}
    >
      {action === 'approve' ? (
        <ApprovalFields item={item} />
      ) : (
        <p>{action === 'reject' ? imports.rejectHint : imports.withdrawHint}</p>
      )}
      <ReasonField
        hint={action === 'approve' && isHeld ? imports.reasonGuarded : imports.reasonHint}
        value={action === 'approve' && !isHeld ? imports.defaultReason(of.document) : ''}
      />
    </FormDialog>
  )
}

function targetOf(values: FormData): { readonly as: string; readonly scope?: string } {
  const scope = typed(values, 'scope')
  return { as: typed(values, 'as'), ...(scope === '' ? {} : { scope }) }
}

function ApprovalFields({ item }: { readonly item: Item }) {
  const { imports, lists, reasons } = useWords()
  const { choices } = item
  // One that can be read in several ways is nobody's to choose but the person's.
  const [chosen, choose] = useState(choices.length === 1 ? choices[0]! : '')
  return (
    <>
      {item.decision !== 'accept' && (
        <div class="warning">
          <p>{imports.guarded}</p>
          <ul>
            {item.reasons.map((code) => (
              <li key={code}>{wordFor(reasons, code)}</li>
            ))}
          </ul>
        </div>
      )}
      <fieldset>
        <legend>{choices.length > 1 ? imports.alsoReadings : imports.choice}</legend>
        {choices.map((choice) => (
          <label key={choice} class="choice">
            <input
              type="radio"
              name="as"
              value={choice}
              required
              checked={choice === chosen}
              onChange={() => choose(choice)}
            />{' '}
            <code>{choice}</code>
          </label>
        ))}
      </fieldset>
      {chosen !== '' && !isAddress(chosen) && (
        <Field label={imports.scope}>
          <select name="scope" key={chosen} defaultValue={proposedScope(item, chosen)}>
            {SCOPES.map((scope) => (
              <option key={scope} value={scope} selected={scope === proposedScope(item, chosen)}>
                {lists.scopes[scope]}
              </option>
            ))}
          </select>
        </Field>
      )}
    </>
  )
}
