/** The accounts of people. */
import { useState } from 'preact/hooks'
import type { UserListReply } from '../../../../admin/routes/users.ts'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge } from '../../kit/badge.tsx'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Show } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { useUnits } from '../../kit/units.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { MadeSecret, type Made } from './made-secret.tsx'
import { chosenUnits, RoleFields } from './role-fields.tsx'
import { UserDialog } from './user-dialog.tsx'

export type User = UserListReply['items'][number]
const ROLES = ['officer', 'viewer', 'auditor', 'admin'] as const

export function UsersCard() {
  const { settings } = useWords()
  const users = useAnswer<UserListReply>('/users')
  const [isAdding, add] = useState(false)
  const [managed, manage] = useState<string | null>(null)
  const [made, show] = useState<Made | null>(null)
  const user = users.data?.items.find(({ name }) => name === managed)
  return (
    <section class="card" aria-labelledby="users">
      <div class="page-head">
        <h2 id="users">{settings.users}</h2>
        {mayDo('user.change') && (
          <button type="button" onClick={() => add(true)}>
            {settings.addUser}
          </button>
        )}
      </div>
      <Show of={users}>{({ items }) => <UserTable users={items} onManage={manage} />}</Show>
      {isAdding && (
        <FormDialog
          title={settings.addUser}
          action={settings.addUser}
          onDo={async (values) => {
            const role = typed(values, 'role')
            const { name, madePassword } = await send<{ name: string; madePassword: string | null }>(
              'POST',
              '/users',
              {
                name: typed(values, 'name').trim(),
                fullName: typed(values, 'fullName').trim(),
                role,
                units: chosenUnits(values),
              },
            )
            users.reload()
            if (madePassword !== null) show({ title: settings.passwordOf(name), secret: madePassword })
          }}
          onClose={() => add(false)}
        >
          <Field label={settings.userName} hint={settings.userNameHint}>
            <input name="name" required maxLength={64} autocomplete="off" autofocus />
          </Field>
          <Field label={settings.fullName}>
            <input name="fullName" maxLength={200} autocomplete="off" />
          </Field>
          <RoleFields roles={ROLES} role="officer" units={null} />
          <p class="hint">{settings.passwordMade}</p>
        </FormDialog>
      )}
      {user !== undefined && (
        <UserDialog
          user={user}
          roles={ROLES}
          onChanged={users.reload}
          onMade={show}
          onClose={() => manage(null)}
        />
      )}
      {made !== null && <MadeSecret made={made} onClose={() => show(null)} />}
    </section>
  )
}

function UserTable({
  users,
  onManage,
}: {
  readonly users: readonly User[]
  readonly onManage: (name: string) => void
}) {
  const { settings, account } = useWords()
  const format = useFormat()
  const units = useUnits()
  return (
    <Table<User>
      caption={settings.users}
      rows={users}
      keyOf={({ name }) => name}
      columns={[
        {
          title: settings.userName,
          cell: ({ name, fullName }) => (
            <>
              <strong>{name}</strong>
              {fullName !== '' && <div class="hint">{fullName}</div>}
            </>
          ),
        },
        {
          title: account.role,
          cell: ({ role, units: ids }) => (
            <>
              {wordFor(account.roles, role)}
              {ids !== null && <div class="hint">{ids.map((id) => units.nameOf(id)).join(', ')}</div>}
            </>
          ),
        },
        { title: settings.is, cell: (user) => <UserState user={user} /> },
        { title: settings.active, cell: ({ activeAt }) => format.time(activeAt) },
        {
          title: settings.manage,
          cell: ({ name }) =>
            mayDo('user.change') ? (
              <button type="button" aria-label={settings.manageUser(name)} onClick={() => onManage(name)}>
                {settings.manage}
              </button>
            ) : (
              '–'
            ),
        },
      ]}
    />
  )
}

function UserState({ user }: { readonly user: User }) {
  const { settings } = useWords()
  return (
    <span class="badges">
      {user.isDisabled ? (
        <Badge tone="bad">{settings.disabled}</Badge>
      ) : (
        <Badge tone="good">{settings.enabled}</Badge>
      )}
      <Badge tone={user.hasFactor ? 'good' : 'plain'}>
        {user.hasFactor ? settings.withFactor : settings.withoutFactor}
      </Badge>
      {user.mustChangePassword && <Badge tone="notice">{settings.mustChange}</Badge>}
    </span>
  )
}
