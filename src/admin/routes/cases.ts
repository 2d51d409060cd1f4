/** `/cases`: what is open, what became of it, and officers' changes. Who it is about is hidden until it is asked for, as in `/clients`. */
import { Type } from 'typebox'
import { actorOf, type Caller } from '../../accounts/principal.ts'
import type { CaseChangeRow, CaseDetail, CaseSummary } from '../../detection/cases/queries.ts'
import type { CaseChanged } from '../../detection/cases/desk.ts'
import type { Action } from '../../accounts/roles.ts'
import type { Admin } from '../app.ts'
import { Changed, CaseItem, CaseListQuery, CasePage, ChangeBody, paging } from '../case-schema.ts'
import { ApiError } from '../problem.ts'
import { toConfirmed } from '../contact-schema.ts'
import { isInScope, scopeOf } from '../scope.ts'
import { readTime, responses, strict, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { askStore } from '../store-letter.ts'
import { hideIdentity, revealsTo } from '../who.ts'

const params = strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })

export function addCaseRoutes(app: Admin, { cases, mail, accounts, settings }: AdminSources): void {
  /** The case, if `caller` may do `action` to it. Another unit's is not there. */
  function find(id: number, caller: Caller, action: Action): CaseDetail {
    const found = cases.getCase(id)
    if (found === null || !isInScope(caller, action, found.unit, settings().units))
      throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no case ${id}.`)
    return found
  }

  app.get(
    '/cases',
    {
      config: { access: 'client.read', reads: 'store' },
      schema: {
        tags: ['cases'],
        summary: 'Cases, one for each client and campaign, of the units the caller is responsible for',
        querystring: CaseListQuery,
        response: responses({ 200: CasePage }),
      },
    },
    ({ query, caller }) => {
      const {
        state,
        since,
        until,
        openedSince,
        sort,
        reverse,
        limit,
        cursor,
        reveal,
        isUnassigned,
        ...filter
      } = query
      // Who may search by a name or an address learns whose they are.
      const reveals = revealsTo(caller, filter.q === undefined ? reveal : true)
      const wanted = {
        ...filter,
        ...(isUnassigned === true ? { assignee: null } : {}),
        states: state === undefined ? undefined : [state].flat(),
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
        openedSince: openedSince === undefined ? undefined : readTime('openedSince', openedSince),
      }
      const scope = scopeOf(caller, 'client.read')
      const { items, next } = cases.listCases(
        { ...wanted, ...scope },
        { sort, isReversed: reverse, limit, cursor },
      )
      if (reveals && caller.principal.kind !== 'socket') {
        const details = {
          cases: items.map(({ id }) => id),
          state,
          since,
          until,
          openedSince,
          isUnassigned,
          ...filter,
        }
        accounts.record(caller, { action: 'client.reveal', target: 'cases', details })
      }
      return { items: items.map((item) => (reveals ? toCase(item) : toHidden(item))), next }
    },
  )

  app.get(
    '/cases/:id',
    {
      config: { access: 'client.reveal', reads: 'store' },
      schema: {
        tags: ['cases'],
        summary: 'One case and what became of it; limit and cursor page its history',
        params,
        querystring: strict(paging),
        response: responses({ 200: CaseItem }),
      },
    },
    ({ params: { id }, query: { limit, cursor }, caller }) => {
      const found = find(id, caller, 'client.reveal')
      const isFirst = limit === undefined && cursor === undefined
      const history = isFirst ? found.history : cases.listHistory(found.id, { limit, cursor })
      if (caller.principal.kind !== 'socket')
        accounts.record(caller, { action: 'client.reveal', target: `case:${found.id}` })
      return {
        ...toCase(found),
        indicators: found.indicators.map((indicator) => ({
          ...indicator,
          reason: { ...indicator.reason },
          firstSeen: timeText(indicator.firstSeen),
          lastSeen: timeText(indicator.lastSeen),
          silencedUntil: textOrNull(indicator.silencedUntil),
        })),
        history: { items: history.items.map(toChange), next: history.next },
      }
    },
  )

  app.post(
    '/cases/:id/change',
    {
      config: { access: 'case.change', refusals: ['THANHLOC_API_CONFLICT', 'THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['cases'],
        summary: 'Change the state of a case or whose it is, or add a note',
        params,
        body: ChangeBody,
        response: responses({ 200: Changed }),
      },
    },
    async ({ params: { id }, body: { version, to, note = '', assignee, until }, caller }) => {
      const found = find(id, caller, 'case.change')
      const untilMs = until === undefined ? null : readTime('until', until, true)
      const details = { version, to, assignee, until }
      accounts.record(caller, { action: 'case.change', target: `case:${found.id}`, reason: note, details })
      const actor = actorOf(caller.principal)
      const letter = { id: found.id, version, to: to ?? null, actor, note, assignee, untilMs }
      return { ...(await askStore<CaseChanged>(mail, 'cases/change', letter)) }
    },
  )
}

function toCase(item: CaseSummary) {
  return {
    ...item,
    openedAt: timeText(item.openedAt),
    changedAt: timeText(item.changedAt),
    firstHit: timeText(item.firstHit),
    lastHit: timeText(item.lastHit),
    confirmed: toConfirmed(item.confirmed),
    cleanedAt: textOrNull(item.cleanedAt),
    falseAlarmUntil: textOrNull(item.falseAlarmUntil),
  }
}

/** Without what says which machine it is. */
function toHidden(item: CaseSummary) {
  return { ...toCase(item), address: null, identity: hideIdentity(item.identity) }
}

function toChange(change: CaseChangeRow) {
  return { ...change, at: timeText(change.at), until: textOrNull(change.until) }
}

function textOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}
