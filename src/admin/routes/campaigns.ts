/** `/campaigns`: what each campaign has come to, and what is asked for most. */
import { Type } from 'typebox'
import { may } from '../../accounts/roles.ts'
import type { CampaignSettings, Settings } from '../../config/settings.ts'
import type { CaseFigures } from '../../detection/cases/figures.ts'
import { noFigures } from '../../detection/cases/figures.ts'
import type { Admin } from '../app.ts'
import { CaseReport, toCaseReport } from '../figure-schema.ts'
import { ApiError } from '../problem.ts'
import { rankedPage } from '../ranked-page.ts'
import { paging, responses, reversal, strict, Time, timeText } from '../schema.ts'
import { scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])
/** No campaign can be called so: it stands for the lists without one. */
const NONE = '-'

const SORTS = ['configured', 'open', 'hits', 'recent', 'reinfections'] as const
type Sort = (typeof SORTS)[number]

/** What a sort goes by, the greatest first. */
const FIGURES: Readonly<Record<Sort, (figures: CaseFigures) => number>> = {
  configured: () => 0,
  open: ({ open }) => open,
  hits: ({ hits }) => hits,
  recent: ({ lastHit }) => lastHit ?? 0,
  reinfections: ({ reinfections }) => reinfections,
}

const Campaign = Type.Object({
  id: Type.String({ description: 'empty: lists without a campaign' }),
  title: Type.String(),
  document: Type.String({ description: 'number of the document that orders it' }),
  issuer: Type.String(),
  from: Type.Union([Type.String(), Type.Null()], { description: 'first day' }),
  to: Type.Union([Type.String(), Type.Null()], { description: 'last day' }),
  isConfigured: Type.Boolean({ description: 'false: only its cases are left' }),
  lists: Type.Array(Type.Object({ id: Type.String(), basis: Type.String(), action: Type.String() }), {
    description: 'those that belong to it now',
  }),
  machines: Type.Integer({ description: 'with a case of it' }),
  cases: CaseReport,
})

export const Campaigns = Type.Object({
  items: Type.Array(Campaign),
  next: NullableText,
  at: Type.String({ ...Time, description: 'of the figures: they may be some seconds old' }),
})

const Indicator = Type.Object({
  indicator: Type.String(),
  kind: Type.String({ description: 'exact, subtree, below, address' }),
  clients: Type.Integer({ description: 'that asked for it' }),
  hits: Type.Integer(),
  firstSeen: Time,
  lastSeen: Time,
})

export const CampaignDetail = Type.Object({
  ...Campaign.properties,
  indicators: Type.Union(
    [
      Type.Object({
        items: Type.Array(Indicator, { description: 'those of most clients first, 20 at most' }),
        isWhole: Type.Boolean({
          description: 'false: counted are 50,000 pairs of client and indicator, of the clients hit last',
        }),
      }),
      Type.Null(),
    ],
    { description: 'what is asked for most; null: the role may not read clients' },
  ),
  units: Type.Array(Type.Object({ unit: NullableText, machines: Type.Integer(), cases: CaseReport }), {
    description:
      'those with cases, without what is under them, most open ones first, 100 at most; null: no unit',
  }),
  at: Time,
})

const SHOWN_UNITS = 100

export function addCampaignRoutes(app: Admin, { figures, settings }: AdminSources): void {
  app.get(
    '/campaigns',
    {
      config: { access: 'numbers.read', reads: 'figures' },
      schema: {
        tags: ['clients'],
        summary: 'Campaigns with their lists, and their cases in the units the caller is responsible for',
        querystring: strict({
          sort: Type.Optional(
            Type.Enum([...SORTS], {
              default: 'configured',
              description:
                '`configured`: in the order of the configuration; else by that figure, the greatest first',
            }),
          ),
          ...reversal,
          ...paging,
        }),
        response: responses({ 200: Campaigns }),
      },
    },
    ({ query: { sort = 'configured', reverse = false, limit = 100, cursor }, caller }) => {
      const view = figures.look()
      const { within } = scopeOf(caller, 'numbers.read')
      const found = view.figures.campaigns(within === undefined ? null : view.units.tree.ranks(within))
      const ranked = idsOf(settings(), found).map((id, place) => {
        const cases = found.get(id) ?? noFigures()
        return { item: { id, cases }, figure: FIGURES[sort](cases), place }
      })
      const page = rankedPage(ranked, { name: `campaigns-${sort}`, isReversed: reverse, limit, cursor })
      return {
        items: page.items.map(({ id, cases }) => toCampaign(id, cases, settings())),
        next: page.next,
        at: timeText(view.figures.atMs),
      }
    },
  )

  app.get(
    '/campaigns/:id',
    {
      config: { access: 'numbers.read', reads: 'figures' },
      schema: {
        tags: ['clients'],
        summary: 'One campaign, what is asked for most, and where; `-`: lists without a campaign',
        params: strict({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: responses({ 200: CampaignDetail }),
      },
    },
    ({ params, caller }) => {
      const id = params.id === NONE ? '' : params.id
      const view = figures.look()
      const { within } = scopeOf(caller, 'numbers.read')
      const { tree } = view.units
      const ranks = within === undefined ? null : tree.ranks(within)
      const found = view.figures.campaigns(ranks)
      if (!idsOf(settings(), found).includes(id))
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no campaign "${params.id}".`)
      const byUnit = view.figures
        .campaignByUnit(id, ranks)
        .map(({ rank, cases }) => ({ unit: tree.places[rank]?.unit.id ?? null, cases }))
        .sort((a, b) => b.cases.open - a.cases.open || b.cases.hits - a.cases.hits)
      return {
        ...toCampaign(id, found.get(id) ?? noFigures(), settings()),
        indicators: may(caller.principal, 'client.read') ? toTop(view.top(id, within ?? null)) : null,
        units: byUnit
          .slice(0, SHOWN_UNITS)
          .map(({ unit, cases }) => ({ unit, machines: machinesOf(cases), cases: toCaseReport(cases) })),
        at: timeText(view.figures.atMs),
      }
    },
  )
}

/** Those of the configuration, then those of which cases are left; lists without a campaign last. */
function idsOf({ campaigns, lists }: Settings, found: ReadonlyMap<string, unknown>): string[] {
  const configured = campaigns.map(({ id }) => id)
  const left = [...found.keys()].filter((id) => id !== '' && !configured.includes(id)).toSorted()
  const hasLoose = found.has('') || lists.some(({ campaign }) => campaign === null)
  return [...configured, ...left, ...(hasLoose ? [''] : [])]
}

const UNKNOWN: Omit<CampaignSettings, 'id'> = { title: '', document: '', issuer: '', from: null, to: null }

function toCampaign(id: string, cases: CaseFigures, { campaigns, lists }: Settings) {
  const configured = campaigns.find((campaign) => campaign.id === id)
  return {
    ...(configured ?? { id, ...UNKNOWN }),
    isConfigured: configured !== undefined,
    lists: lists
      .filter(({ campaign }) => (campaign ?? '') === id)
      .map((list) => ({ id: list.id, basis: list.basis, action: list.action })),
    machines: machinesOf(cases),
    cases: toCaseReport(cases),
  }
}

/** A client has one case of a campaign. */
function machinesOf({ states }: CaseFigures): number {
  return Object.values(states).reduce((sum, count) => sum + count, 0)
}

function toTop({ items, isWhole }: ReturnType<ReturnType<AdminSources['figures']['look']>['top']>) {
  return {
    items: items.map((item) => ({
      ...item,
      firstSeen: timeText(item.firstSeen),
      lastSeen: timeText(item.lastSeen),
    })),
    isWhole,
  }
}
