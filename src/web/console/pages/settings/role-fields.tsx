/** A role, and the units it is limited to where it may be. */
import { useState } from 'preact/hooks'
import { Field } from '../../kit/dialog.tsx'
import { useUnits } from '../../kit/units.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'

/** As `ROLES_BY_UNIT` of the accounts. */
const BY_UNIT: ReadonlySet<string> = new Set(['viewer', 'officer'])

export function RoleFields({
  roles,
  role,
  units,
}: {
  readonly roles: readonly string[]
  readonly role: string
  readonly units: readonly string[] | null
}) {
  const { settings, account } = useWords()
  const { choices } = useUnits()
  const [chosen, choose] = useState(role)
  return (
    <>
      <Field label={account.role} hint={wordFor(settings.roleHints, chosen)}>
        <select name="role" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          {roles.map((one) => (
            <option key={one} value={one}>
              {wordFor(account.roles, one)}
            </option>
          ))}
        </select>
      </Field>
      {BY_UNIT.has(chosen) && choices.length > 0 && (
        <Field label={account.units} hint={settings.unitsHint}>
          <select name="units" multiple size={Math.min(6, choices.length)}>
            {choices.map(({ id, name, depth }) => (
              <option key={id} value={id} selected={units?.includes(id) === true}>
                {'\u2003'.repeat(depth)}
                {name}
              </option>
            ))}
          </select>
        </Field>
      )}
    </>
  )
}

/** None chosen: no limit. */
export function chosenUnits(values: FormData): string[] | null {
  const units = values.getAll('units').filter((value) => typeof value === 'string')
  return units.length === 0 ? null : units
}
