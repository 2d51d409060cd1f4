/** `/reports`: what people say is blocked wrongly, what is answered for it now, and what is decided. */
import { Type } from 'typebox'
import { actorOf, type Caller } from '../../accounts/principal.ts'
import { AccountError } from '../../accounts/problem.ts'
import { may, type Action } from '../../accounts/roles.ts'
import type { Settings } from '../../config/settings.ts'
import { UnitIndex } from '../../detection/units.ts'
import { withOrigins } from '../../lists/basis.ts'
import { parseAddress } from '../../net/address.ts'
import { OPEN_REPORTS, REPORT_OUTCOMES, REPORT_STATES, type BlockReport } from '../../review/block-reports.ts'
import { MailError } from '../../thread/mail.ts'
import type { Admin } from '../app.ts'
import { BlockReportItem, toBlockReport } from '../block-report-schema.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict } from '../schema.ts'
import { isInScope, scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'
import { revealsTo } from '../who.ts'
import { toVerdict, type Found, type VerdictReport } from './lists.ts'

/** For each of a page the lists are asked. */
const MAX_PAGE = 100
const DEFAULT_PAGE = 20

const params = strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
const reveal = Type.Optional(
  Type.Boolean({ description: 'with the address and name of the machine, or without, as in `/clients`' }),
)

type Verdicts = (report: BlockReport) => Promise<VerdictReport | null>

export function addReportRoutes(app: Admin, { mail, review, accounts, settings, clock }: AdminSources): void {
  /** Of each report, as long as one answer is made: the same question is asked once. */
  function verdicts(): Verdicts {
    const asked = new Map<string, Promise<VerdictReport | null>>()
    return ({ name, address }) => {
      const key = `${name} ${address}`
      let answer = asked.get(key)
      if (answer === undefined) asked.set(key, (answer = lookUp(name, address)))
      return answer
    }
  }

  async function lookUp(name: string, client: string): Promise<VerdictReport | null> {
    try {
      const found = await mail.request<Found>('lists', 'lists/lookup', { name, client })
      return toVerdict(withOrigins(found, (list, indicator) => review.origins(list, indicator)))
    } catch (error) {
      if (error instanceof MailError) return null
      throw error
    }
  }

  let known: { readonly units: Settings['units']; readonly index: UnitIndex } | null = null

  function unitOf({ address }: BlockReport): string | null {
    const { units } = settings()
    // Made once: a page looks at a thousand reports, and there may be thousands of units.
    if (known?.units !== units) known = { units, index: new UnitIndex(units) }
    const bytes = new Uint8Array(16)
    return parseAddress(address, bytes) ? known.index.find(bytes) : null
  }

  /** The report, if `caller` may do `action` to it. Another unit's is not there. */
  function find(id: number, caller: Caller, action: Action): BlockReport {
    const report = review.reports.get(id)
    if (isInScope(caller, action, unitOf(report), settings().units)) return report
    throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no report ${id}.`)
  }

  /** A page of what `caller` may see, the newest first. */
  function page(
    caller: Caller,
    state: BlockReport['state'] | null,
    before: number,
    limit: number,
  ): BlockReport[] {
    const seen: BlockReport[] = []
    const { units } = settings()
    const isSeen = new Map<string | null, boolean>()
    for (let from = before; seen.length < limit;) {
      const rows = review.reports.list(state, from, MAX_PAGE)
      for (const report of rows) {
        const unit = unitOf(report)
        if (!isSeen.has(unit)) isSeen.set(unit, isInScope(caller, 'client.read', unit, units))
        if (isSeen.get(unit) === true) seen.push(report)
      }
      if (rows.length < MAX_PAGE) break
      from = rows.at(-1)!.id
    }
    return seen.slice(0, limit)
  }

  /** How many wait; where the caller's part ends at units those of machines there. */
  function openFor(caller: Caller): number | null {
    const { open } = review.reports
    const isAll = open === null || scopeOf(caller, 'client.read').within === undefined
    return isAll ? open : page(caller, 'open', Number.MAX_SAFE_INTEGER, OPEN_REPORTS).length
  }

  function noteRevealed(caller: Caller, target: string, reports: readonly BlockReport[]): void {
    if (caller.principal.kind === 'socket') return
    const details = { reports: reports.map(({ id }) => id) }
    accounts.record(caller, { action: 'client.reveal', target, details })
  }

  app.get(
    '/reports',
    {
      config: { access: 'client.read' },
      schema: {
        tags: ['imports'],
        summary:
          'What people say is blocked wrongly, the newest first, of the units the caller is responsible for',
        querystring: strict({
          state: Type.Optional(Type.Enum([...REPORT_STATES])),
          reveal,
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
          cursor: Type.Optional(
            Type.String({ pattern: '^\\d{1,15}$', description: 'what `next` of the page before said' }),
          ),
        }),
        response: responses({
          200: Type.Object({
            items: Type.Array(BlockReportItem),
            next: Type.Union([Type.String(), Type.Null()], { description: '`cursor` of the next page' }),
            open: Type.Union([Type.Integer(), Type.Null()], {
              description: 'how many wait for a decision, of these units',
            }),
          }),
        }),
      },
    },
    async ({ query: { state, reveal: wanted, limit = DEFAULT_PAGE, cursor }, caller }) => {
      const reveals = revealsTo(caller, wanted)
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor)
      const reports = page(caller, state ?? null, before, limit)
      if (reveals) noteRevealed(caller, 'reports', reports)
      const verdictOf = verdicts()
      const items = await Promise.all(
        reports.map(async (report) =>
          toBlockReport(report, unitOf(report), await verdictOf(report), reveals),
        ),
      )
      return {
        items,
        next: items.length < limit ? null : String(items.at(-1)!.id),
        open: openFor(caller),
      }
    },
  )

  app.get(
    '/reports/:id',
    {
      config: { access: 'client.reveal' },
      schema: {
        tags: ['imports'],
        summary: 'One report of a wrong block',
        params,
        response: responses({ 200: BlockReportItem }),
      },
    },
    async ({ params: { id }, caller }) => {
      const report = find(id, caller, 'client.reveal')
      noteRevealed(caller, `report:${id}`, [report])
      return toBlockReport(report, unitOf(report), await lookUp(report.name, report.address), true)
    },
  )

  app.post(
    '/reports/:id/decide',
    {
      config: { access: 'case.change', refusals: ['THANHLOC_API_CONFLICT'] },
      schema: {
        tags: ['imports'],
        summary:
          'Write down what was decided of a report; `allowed` takes the right to let names through, and the name itself is let through by `POST /allow`',
        params,
        body: strict({ outcome: Type.Enum([...REPORT_OUTCOMES]), reason: Reason }),
        response: responses({ 200: BlockReportItem }),
      },
    },
    async ({ params: { id }, body: { outcome, reason }, caller }) => {
      if (outcome === 'allowed' && !may(caller.principal, 'list.allow'))
        throw new AccountError({ code: 'THANHLOC_ACCOUNT_FORBIDDEN', detail: 'The role does not allow list.allow: who may let names through decides that.' }) // prettier-ignore
      const { name } = find(id, caller, 'case.change')
      accounts.record(caller, { action: 'report.decide', target: `report:${id}`, reason: reason.trim(), details: { outcome, name } }) // prettier-ignore
      const decided = review.reports.decide(
        id,
        outcome,
        actorOf(caller.principal),
        reason.trim(),
        clock.wallMs(),
      )
      const reveals = caller.principal.kind === 'socket'
      return toBlockReport(decided, unitOf(decided), await lookUp(decided.name, decided.address), reveals)
    },
  )
}
