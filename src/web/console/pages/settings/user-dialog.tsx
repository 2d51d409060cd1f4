/** One account: its role, and what may be done to it. */
import { useState } from 'preact/hooks'
import { send } from '../../api/call.ts'
import { Dialog, Field, typed, useSubmit } from '../../kit/dialog.tsx'
import { Fault } from '../../kit/states.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { Made } from './made-secret.tsx'
import { chosenUnits, RoleFields } from './role-fields.tsx'
import type { User } from './users-card.tsx'

export function UserDialog({
  user,
  roles,
  onChanged,
  onMade,
  onClose,
}: {
  readonly user: User
  readonly roles: readonly string[]
  readonly onChanged: () => void
  readonly onMade: (made: Made) => void
  readonly onClose: () => void
}) {
  const { settings, kit } = useWords()
  const path = `/users/${encodeURIComponent(user.name)}`
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    await send('PATCH', path, { role: typed(values, 'role'), units: chosenUnits(values) })
    say(settings.saved)
    onChanged()
    onClose()
  })
  return (
    <Dialog title={settings.manageUser(user.name)} onClose={onClose}>
      <form onSubmit={submit}>
        <RoleFields roles={roles} role={user.role} units={user.units} />
        {problem !== null && <Fault problem={problem} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={isDoing} aria-busy={isDoing}>
            {isDoing ? kit.working : settings.saveRole}
          </button>
        </div>
      </form>
      <Deeds user={user} path={path} onChanged={onChanged} onMade={onMade} onClose={onClose} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          {kit.close}
        </button>
      </div>
    </Dialog>
  )
}

interface Deed {
  readonly id: string
  readonly title: string
  readonly hint: string
  readonly isDanger?: boolean
  /** Gives a password that was made, or null. */
  readonly act: (reason: string) => Promise<string | null>
}

function Deeds({
  user,
  path,
  onChanged,
  onMade,
  onClose,
}: {
  readonly user: User
  readonly path: string
  readonly onChanged: () => void
  readonly onMade: (made: Made) => void
  readonly onClose: () => void
}) {
  const { settings } = useWords()
  const [chosen, choose] = useState<string | null>(null)
  const deeds: readonly Deed[] = [
    {
      id: 'password',
      title: settings.resetPassword,
      hint: settings.resetPasswordHint,
      act: async () => {
        const { madePassword } = await send<{ madePassword: string | null }>('POST', `${path}/password`)
        return madePassword
      },
    },
    {
      id: 'unlock',
      title: settings.unlock,
      hint: settings.unlockHint,
      act: async () => {
        await send('POST', `${path}/unlock`)
        return null
      },
    },
    ...(user.hasFactor
      ? [
          {
            id: 'factor',
            title: settings.removeFactor,
            hint: settings.removeFactorHint,
            isDanger: true,
            act: async () => {
              await send('DELETE', `${path}/totp`)
              return null
            },
          },
        ]
      : []),
    {
      id: 'disable',
      title: user.isDisabled ? settings.enable : settings.disable,
      hint: user.isDisabled ? settings.enableHint : settings.disableHint,
      isDanger: !user.isDisabled,
      act: async (reason) => {
        const isDisabled = !user.isDisabled
        await send('PATCH', path, { isDisabled, ...(reason === '' ? {} : { reason }) })
        return null
      },
    },
    {
      id: 'remove',
      title: settings.removeUser,
      hint: settings.removeUserHint,
      isDanger: true,
      act: async (reason) => {
        await send('DELETE', path, {}, { query: { reason } })
        return null
      },
    },
  ]
  const deed = deeds.find(({ id }) => id === chosen)
  if (deed === undefined)
    return (
      <div class="deeds">
        {deeds.map(({ id, title, isDanger }) => (
          <button
            key={id}
            type="button"
            class={isDanger === true ? 'danger' : undefined}
            onClick={() => choose(id)}
          >
            {title}
          </button>
        ))}
      </div>
    )
  return (
    <Confirm
      deed={deed}
      onBack={() => choose(null)}
      onDone={(password) => {
        onClose()
        onChanged()
        say(settings.saved)
        if (password !== null) onMade({ title: settings.passwordOf(user.name), secret: password })
      }}
    />
  )
}

function Confirm({
  deed: { title, hint, isDanger, act },
  onBack,
  onDone,
}: {
  readonly deed: Deed
  readonly onBack: () => void
  readonly onDone: (password: string | null) => void
}) {
  const { settings, kit } = useWords()
  const { problem, isDoing, submit } = useSubmit(async (values) =>
    onDone(await act(typed(values, 'reason').trim())),
  )
  return (
    <form class="deed" onSubmit={submit}>
      <h3>{title}</h3>
      <p>{hint}</p>
      {isDanger === true && (
        <Field label={settings.reason}>
          <input name="reason" maxLength={1000} autofocus />
        </Field>
      )}
      {problem !== null && <Fault problem={problem} />}
      <div class="actions">
        <button type="button" onClick={onBack}>
          {kit.cancel}
        </button>
        <button
          type="submit"
          class={isDanger === true ? 'danger' : 'primary'}
          disabled={isDoing}
          aria-busy={isDoing}
        >
          {isDoing ? kit.working : title}
        </button>
      </div>
    </form>
  )
}
