/** Which machine it is, where it stands, whose it is, and how that is known. */
import type { Static } from 'typebox'
import type { UnitDetail } from '../../../../admin/routes/units.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Link } from '../../kit/link.tsx'
import { useFormat } from '../../kit/format.ts'
import { hrefOf } from '../../kit/router.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import type { MachineDetail } from './answers.ts'

const SHOWN_ADDRESSES = 6

export type UnitOfMachine = Static<typeof UnitDetail>

/** The unit of a machine; null while it is not there, or where there is none. */
export function useUnit(id: string | null): UnitOfMachine | null {
  return useAnswer<UnitOfMachine>(id === null ? null : `/units/${encodeURIComponent(id)}`).data
}

export function WhoCard({ machine }: { readonly machine: MachineDetail }) {
  const words = useWords()
  const format = useFormat()
  const { machine: own, machines } = words
  const { identity, addresses } = machine
  const unit = useUnit(machine.unit)
  return (
    <section class="card" aria-labelledby="who">
      <h2 id="who">{own.who}</h2>
      <dl class="pairs">
        <Pair label={own.address} value={machine.address} isCode />
        <Pair label={own.mac} value={identity.mac} isCode />
        <Pair label={own.hostName} value={identity.hostName} isCode />
        <Pair label={own.name} value={identity.name} />
        <dt>{own.unit}</dt>
        <dd>
          {machine.unit === null ? (
            machines.noUnit
          ) : (
            <Link href={hrefOf(`/units/${machine.unit}`)}>{unit?.name ?? machine.unit}</Link>
          )}
        </dd>
        {unit !== null && <Pair label={own.contact} value={unit.contact} />}
        <Pair label={own.department} value={identity.department} />
        <Pair label={own.place} value={identity.place} />
        <Pair label={own.role} value={identity.role} />
        <dt>{own.source}</dt>
        <dd>
          {wordFor(own.sources, identity.source)} ({wordFor(own.sure, identity.sure)})
        </dd>
      </dl>
      {addresses.length > 0 && (
        <>
          <h3>{own.addresses}</h3>
          <ul class="plain-list">
            {addresses.slice(0, SHOWN_ADDRESSES).map(({ address, from, to }) => (
              <li key={`${address} ${from}`}>
                <code>{address}</code>{' '}
                <span class="hint">{own.fromTo(format.time(from), format.time(to))}</span>
              </li>
            ))}
          </ul>
          {addresses.length > SHOWN_ADDRESSES && (
            <p class="hint">{own.moreAddresses(format.count(addresses.length - SHOWN_ADDRESSES))}</p>
          )}
        </>
      )}
    </section>
  )
}

/** What is not known is not named. */
export function Pair({
  label,
  value,
  isCode = false,
}: {
  readonly label: string
  readonly value: string | null
  readonly isCode?: boolean
}) {
  if (value === null || value === '') return null
  return (
    <>
      <dt>{label}</dt>
      <dd>{isCode ? <code>{value}</code> : value}</dd>
    </>
  )
}
