/** One sheet of A4 for whoever goes to the machine: which, where, whose, what was seen, what to do, who signs. */
import type { Static } from 'typebox'
import type { CampaignDetail } from '../../../../admin/routes/campaigns.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Link } from '../../kit/link.tsx'
import { useFormat } from '../../kit/format.ts'
import { hrefOf } from '../../kit/router.ts'
import { machineName } from '../../kit/machine.tsx'
import { useWords } from '../../words/words.ts'
import type { MachineDetail } from './answers.ts'
import { Pair, useUnit } from './who-card.tsx'

type ListPage = { readonly items: readonly { readonly id: string; readonly basis: string }[] }

/** More do not fit on the sheet with all else. */
const SHOWN_NAMES = 8

export function PrintSheet({ machine }: { readonly machine: MachineDetail }) {
  const words = useWords()
  const format = useFormat()
  const unit = useUnit(machine.unit)
  const { machine: own, machines } = words
  const { sheet } = own
  const { identity, hitPage, confirmed } = machine
  const shown = hitPage.items.slice(0, SHOWN_NAMES)
  return (
    <div class="stack">
      <div class="actions no-print sheet-actions">
        <Link href={hrefOf(`/machines/${machine.id}`)} class="button">
          {sheet.backToMachine}
        </Link>
        <button type="button" class="primary" onClick={() => window.print()}>
          {sheet.printNow}
        </button>
      </div>
      <article class="sheet">
        <header class="sheet-head">
          <h1>{sheet.title}</h1>
          <p>{sheet.number(machine.id, format.day(new Date().toISOString()))}</p>
        </header>
        <h2>{sheet.machine}</h2>
        <dl class="pairs">
          <Pair label={own.name} value={machineName(machine, words)} />
          <Pair label={own.address} value={machine.address} isCode />
          <Pair label={own.mac} value={identity.mac} isCode />
          <Pair label={own.hostName} value={identity.hostName} isCode />
          <Pair
            label={own.unit}
            value={machine.unit === null ? machines.noUnit : (unit?.name ?? machine.unit)}
          />
          <Pair
            label={own.place}
            value={[identity.department, identity.place].filter((one) => one !== null).join(', ')}
          />
          <Pair label={own.role} value={identity.role} />
          {unit !== null && <Pair label={own.contact} value={unit.contact} />}
        </dl>
        <h2>{sheet.found}</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">{own.indicator}</th>
              <th scope="col">{own.lists}</th>
              <th scope="col" class="number">
                {own.hits}
              </th>
              <th scope="col">{own.firstSeen}</th>
              <th scope="col">{own.lastSeen}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ indicator, kind, lists, hits, firstSeen, lastSeen }) => (
              <tr key={`${kind} ${indicator}`}>
                <td data-title={own.indicator}>
                  <code>{indicator}</code>
                </td>
                <td data-title={own.lists}>{lists.join(', ')}</td>
                <td data-title={own.hits} class="number">
                  {format.count(hits)}
                </td>
                <td data-title={own.firstSeen}>{format.time(firstSeen)}</td>
                <td data-title={own.lastSeen}>{format.time(lastSeen)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {machine.indicators > shown.length && (
          <p>{sheet.more(format.count(machine.indicators - shown.length))}</p>
        )}
        {confirmed !== null && (
          <p>{sheet.contacts(format.count(confirmed.contacts), format.time(confirmed.lastSeen))}</p>
        )}
        <Basis machine={machine} />
        <h2>{sheet.steps}</h2>
        <ol>
          {sheet.step.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <h2>{sheet.result}</h2>
        <dl class="lines">
          <dt>{sheet.malware}</dt>
          <dd />
          <dt>{sheet.done}</dt>
          <dd />
          <dd />
        </dl>
        <footer class="signatures">
          {sheet.signatures.map((who) => (
            <div key={who}>
              <strong>{who}</strong>
              <span>{sheet.sign}</span>
            </div>
          ))}
        </footer>
      </article>
    </div>
  )
}

/** Campaigns of its cases, with the documents that order them, and what the lists themselves rest on. */
function Basis({ machine }: { readonly machine: MachineDetail }) {
  const { machine: own } = useWords()
  const campaigns = [...new Set(machine.cases.map(({ campaign }) => campaign))].filter((id) => id !== '')
  const lists = useAnswer<ListPage>(mayDo('list.read') ? '/lists' : null).data?.items ?? []
  const hit = new Set(machine.lists.map(({ id }) => id))
  const deciding = lists.filter(({ id, basis }) => hit.has(id) && basis !== '')
  if (campaigns.length + deciding.length === 0) return null
  return (
    <>
      <h2>{own.sheet.basis}</h2>
      <ul>
        {campaigns.map((id) => (
          <Campaign key={id} id={id} />
        ))}
        {deciding.map(({ id, basis }) => (
          <li key={id}>
            <code>{id}</code>: {basis}
          </li>
        ))}
      </ul>
    </>
  )
}

function Campaign({ id }: { readonly id: string }) {
  const { machine: own } = useWords()
  const { data } = useAnswer<Static<typeof CampaignDetail>>(`/campaigns/${encodeURIComponent(id)}`)
  const title = data === null || data.title === '' ? id : data.title
  const document = data === null || data.document === '' ? '' : own.sheet.document(data.document, data.issuer)
  return <li>{[title, document].filter((one) => one !== '').join('. ')}</li>
}
