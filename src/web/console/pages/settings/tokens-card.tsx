/** Access of programs: each token has a role and an end, and its secret is shown once. */
import { useState } from 'preact/hooks'
import type { TokenListReply } from '../../../../admin/routes/tokens.ts'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { actorText } from '../../kit/actor.ts'
import { Badge } from '../../kit/badge.tsx'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Show } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { say } from '../../kit/toast.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { MadeSecret, type Made } from './made-secret.tsx'
import { chosenUnits, RoleFields } from './role-fields.tsx'

type Token = TokenListReply['items'][number]
const ROLES = ['viewer', 'officer', 'firewall', 'node', 'auditor', 'admin'] as const
const DAYS = [30, 90, 180, 365] as const

export function TokensCard() {
  const { settings } = useWords()
  const tokens = useAnswer<TokenListReply>('/tokens')
  const [isAdding, add] = useState(false)
  const [revoked, revoke] = useState<string | null>(null)
  const [made, show] = useState<Made | null>(null)
  return (
    <section class="card" aria-labelledby="tokens">
      <div class="page-head">
        <h2 id="tokens">{settings.tokens}</h2>
        {mayDo('token.change') && (
          <button type="button" onClick={() => add(true)}>
            {settings.addToken}
          </button>
        )}
      </div>
      <p class="hint">{settings.tokensHint}</p>
      <Show of={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">{settings.noTokens}</p>
          ) : (
            <TokenTable tokens={items} onRevoke={revoke} />
          )
        }
      </Show>
      {isAdding && (
        <FormDialog
          title={settings.addToken}
          action={settings.addToken}
          onDo={async (values) => {
            const { name, secret } = await send<{ name: string; secret: string }>('POST', '/tokens', {
              name: typed(values, 'name').trim(),
              role: typed(values, 'role'),
              units: chosenUnits(values),
              for: typed(values, 'for'),
            })
            tokens.reload()
            show({ title: settings.secretOf(name), secret })
          }}
          onClose={() => add(false)}
        >
          <Field label={settings.tokenName} hint={settings.tokenNameHint}>
            <input name="name" required maxLength={64} autocomplete="off" autofocus />
          </Field>
          <RoleFields roles={ROLES} role="viewer" units={null} />
          <Field label={settings.life}>
            <select name="for" defaultValue="90d">
              {DAYS.map((days) => (
                <option key={days} value={`${days}d`} selected={days === 90}>
                  {settings.days(days)}
                </option>
              ))}
            </select>
          </Field>
        </FormDialog>
      )}
      {revoked !== null && (
        <FormDialog
          title={settings.revokeTitle(revoked)}
          action={settings.revoke}
          isDanger
          onDo={async (values) => {
            const query = { reason: typed(values, 'reason').trim() }
            await send('DELETE', `/tokens/${encodeURIComponent(revoked)}`, {}, { query })
            say(settings.saved)
            tokens.reload()
          }}
          onClose={() => revoke(null)}
        >
          <p>{settings.revokeHint}</p>
          <Field label={settings.reason}>
            <input name="reason" maxLength={1000} autofocus />
          </Field>
        </FormDialog>
      )}
      {made !== null && <MadeSecret made={made} onClose={() => show(null)} />}
    </section>
  )
}

function TokenTable({
  tokens,
  onRevoke,
}: {
  readonly tokens: readonly Token[]
  readonly onRevoke: (name: string) => void
}) {
  const words = useWords()
  const { settings, account } = words
  const format = useFormat()
  return (
    <Table<Token>
      caption={settings.tokens}
      rows={tokens}
      keyOf={({ name }) => name}
      columns={[
        { title: settings.tokenName, cell: ({ name }) => <strong>{name}</strong> },
        { title: account.role, cell: ({ role }) => wordFor(account.roles, role) },
        {
          title: settings.expires,
          cell: ({ expiresAt }) =>
            Date.parse(expiresAt) < Date.now() ? (
              <Badge tone="bad">{settings.expired}</Badge>
            ) : (
              format.day(expiresAt)
            ),
        },
        { title: settings.used, cell: ({ usedAt }) => (usedAt === null ? '–' : format.time(usedAt)) },
        { title: settings.setBy, cell: ({ createdBy }) => actorText(createdBy, words) },
        {
          title: settings.revoke,
          cell: ({ name }) =>
            mayDo('token.change') ? (
              <button
                type="button"
                class="danger"
                aria-label={settings.revokeTitle(name)}
                onClick={() => onRevoke(name)}
              >
                {settings.revoke}
              </button>
            ) : (
              '–'
            ),
        },
      ]}
    />
  )
}
