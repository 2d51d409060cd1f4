/** The second factor of one's own account: set up, recovery codes anew, take off. */
import { useState } from 'preact/hooks'
import { send } from '../../api/call.ts'
import { renewSession, type Caller } from '../../api/session.ts'
import { CopyButton } from '../../kit/copy.tsx'
import { Dialog, Field, FormDialog, typedCode, typedProof } from '../../kit/dialog.tsx'
import { qrCode } from '../../kit/qr.ts'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'

interface Secret {
  readonly secret: string
  readonly uri: string
}
interface Codes {
  readonly recoveryCodes: readonly string[]
}
type Step =
  | { readonly at: 'begin' | 'codes' | 'remove' }
  | { readonly at: 'confirm'; readonly secret: Secret }
  | { readonly at: 'shown'; readonly codes: readonly string[] }

/** Below so many it is time for fresh ones. */
const FEW_CODES = 3

export function FactorCard({ caller }: { readonly caller: Caller }) {
  const { account: words } = useWords()
  const [step, go] = useState<Step | null>(null)
  const left = caller.recoveryCodesLeft
  const close = (): void => go(null)
  const show = ({ recoveryCodes }: Codes): void => go({ at: 'shown', codes: recoveryCodes })
  return (
    <section class="card" aria-labelledby="factor">
      <h2 id="factor">{words.factor}</h2>
      <p>{left === null ? words.factorWhy : words.factorIs}</p>
      {left !== null && (
        <p class={left < FEW_CODES ? 'few' : undefined}>
          {words.codesLeft(left)} {left < FEW_CODES && words.fewCodes}
        </p>
      )}
      <div class="actions">
        {left === null ? (
          <button type="button" class="primary" onClick={() => go({ at: 'begin' })}>
            {words.setUp}
          </button>
        ) : (
          <>
            <button type="button" onClick={() => go({ at: 'codes' })}>
              {words.newCodes}
            </button>
            <button type="button" class="danger" onClick={() => go({ at: 'remove' })}>
              {words.remove}
            </button>
          </>
        )}
      </div>
      {step?.at === 'begin' && (
        <ProofDialog
          title={words.setUpTitle}
          action={words.next}
          needsCode={false}
          onProof={(proof) => send<Secret>('POST', '/session/totp', proof)}
          onDone={(secret) => go({ at: 'confirm', secret })}
          onClose={close}
        />
      )}
      {step?.at === 'confirm' && <ConfirmDialog secret={step.secret} onCodes={show} onClose={close} />}
      {step?.at === 'codes' && (
        <ProofDialog
          title={words.newCodes}
          hint={words.newCodesHint}
          action={words.newCodes}
          needsCode
          onProof={(proof) => send<Codes>('POST', '/session/totp/codes', proof)}
          onDone={show}
          onClose={close}
        />
      )}
      {step?.at === 'remove' && (
        <ProofDialog
          title={words.remove}
          hint={words.removeHint}
          action={words.remove}
          needsCode
          isDanger
          onProof={async (proof) => {
            await send('POST', '/session/totp/remove', proof)
            await renewSession()
            say(words.removed)
          }}
          onDone={close}
          onClose={close}
        />
      )}
      {step?.at === 'shown' && (
        <CodesDialog
          codes={step.codes}
          name={caller.name}
          onClose={() => {
            close()
            void renewSession().catch(() => {})
          }}
        />
      )}
    </section>
  )
}

/** Who one is, again: what follows outlasts the session. `onProof` goes on to what is next. */
function ProofDialog<T>({
  title,
  hint,
  action,
  needsCode,
  isDanger = false,
  onProof,
  onDone,
  onClose,
}: {
  readonly title: string
  readonly hint?: string
  readonly action: string
  readonly needsCode: boolean
  readonly isDanger?: boolean
  readonly onProof: (proof: { password: string; code?: string }) => Promise<T>
  readonly onDone: (done: T) => void
  readonly onClose: () => void
}) {
  const { signIn, account } = useWords()
  return (
    <FormDialog
      title={title}
      action={action}
      isDanger={isDanger}
      onDo={(values) => onProof(typedProof(values))}
      onDone={onDone}
      onClose={onClose}
    >
      {hint !== undefined && <p>{hint}</p>}
      <p class="hint">{account.proof}</p>
      <Field label={signIn.password}>
        <input name="password" type="password" autocomplete="current-password" required autofocus />
      </Field>
      {needsCode && (
        <Field label={signIn.code} hint={signIn.codeHint}>
          <input name="code" autocomplete="one-time-code" required maxLength={64} />
        </Field>
      )}
    </FormDialog>
  )
}

function ConfirmDialog({
  secret: { secret, uri },
  onCodes,
  onClose,
}: {
  readonly secret: Secret
  readonly onCodes: (codes: Codes) => void
  readonly onClose: () => void
}) {
  const { signIn, account } = useWords()
  return (
    <FormDialog
      title={account.setUpTitle}
      action={account.setUp}
      onDo={(values) => send<Codes>('POST', '/session/totp/confirm', { code: typedCode(values) })}
      onDone={onCodes}
      onClose={onClose}
    >
      <ol class="steps">
        <li>
          <p>{account.scan}</p>
          <QrImage text={uri} label={account.qr} />
          <p class="hint">{account.orType}</p>
          <p class="secret">
            <code>{secret.match(/.{1,4}/g)?.join(' ')}</code> <CopyButton text={secret} />
          </p>
        </li>
        <li>
          <Field label={account.thenCode} hint={account.thenCodeHint}>
            <input
              name="code"
              inputMode="numeric"
              autocomplete="one-time-code"
              required
              autofocus
              maxLength={16}
              aria-label={signIn.code}
            />
          </Field>
        </li>
      </ol>
    </FormDialog>
  )
}

/** Dark on light in every theme: readers expect it so. Nothing where the text is too long for a code. */
function QrImage({ text, label }: { readonly text: string; readonly label: string }) {
  const modules = qrCode(text)
  if (modules === null) return null
  const size = modules.length + 8
  const dark = modules.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])),
  )
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join('')} fill="#000" />
    </svg>
  )
}

/** Shown once. */
function CodesDialog({
  codes,
  name,
  onClose,
}: {
  readonly codes: readonly string[]
  readonly name: string
  readonly onClose: () => void
}) {
  const { account } = useWords()
  return (
    <Dialog title={account.codesTitle} onClose={onClose}>
      <div class="stack">
        <p>{account.codesHint(name)}</p>
        <ol class="codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <div class="actions">
          <CopyButton text={codes.join('\n')} />
          <button type="button" onClick={() => window.print()}>
            {account.print}
          </button>
          <button type="button" class="primary" onClick={onClose}>
            {account.kept}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
