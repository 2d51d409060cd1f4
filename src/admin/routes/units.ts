/** `/units`: the tree of units with what is in each, for who may see numbers; contacts for who may see clients. */
import { Type } from 'typebox'
import type { Caller } from '../../accounts/principal.ts'
import { may } from '../../accounts/roles.ts'
import type { FigureView } from '../../detection/cases/figure-board.ts'
import type { UnitFigures } from '../../detection/cases/figures.ts'
import { PRIORITIES } from '../../detection/cases/states.ts'
import { foldText, searchText } from '../../detection/search-text.ts'
import type { UnitPlace } from '../../detection/unit-tree.ts'
import type { Admin } from '../app.ts'
import { CaseReport, toCaseReport, toUnitReport, UnitReport } from '../figure-schema.ts'
import { ApiError } from '../problem.ts'
import { rankedPage } from '../ranked-page.ts'
import { paging, responses, reversal, strict, Time, timeText } from '../schema.ts'
import { scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])
const Id = Type.String({ minLength: 1, maxLength: 64 })

const SORTS = ['tree', 'machines', 'new', 'hits', 'recent', 'open', 'urgent', 'reinfections'] as const
type Sort = (typeof SORTS)[number]

/** What a sort goes by, the greatest first. */
const FIGURES: Readonly<Record<Sort, (figures: UnitFigures) => number>> = {
  tree: () => 0,
  machines: ({ machines }) => machines,
  new: ({ newLastDay }) => newLastDay,
  hits: ({ blocked, logged }) => blocked + logged,
  recent: ({ lastSeen }) => lastSeen ?? 0,
  open: ({ cases }) => cases.open,
  urgent: ({ cases }) => cases.urgent,
  reinfections: ({ cases }) => cases.reinfections,
}

const ListQuery = strict({
  parent: Type.Optional(Type.String({ ...Id, description: 'those right under it alone' })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description: 'a part of id, name or code; marks do not matter',
    }),
  ),
  priority: Type.Optional(Type.Enum([...PRIORITIES])),
  sort: Type.Optional(
    Type.Enum([...SORTS], {
      default: 'tree',
      description: '`tree`: each followed by those under it; else by that figure, the greatest first',
    }),
  ),
  ...reversal,
  ...paging,
})

export const Unit = Type.Object({
  id: Type.String(),
  name: Type.String(),
  code: Type.String({ description: 'its official code; empty: none is known' }),
  parent: Type.Union([Type.String(), Type.Null()], {
    description: 'null: none, or none of those the caller is responsible for',
  }),
  children: Type.Integer({ description: 'how many stand right under it' }),
  networks: Type.Array(Type.String()),
  wan: Type.Array(Type.String(), { description: 'its public addresses' }),
  contact: Type.Union([Type.String(), Type.Null()], { description: 'null: the role may not read clients' }),
  listedSince: Type.Union([Time, Type.Null()], {
    description: 'since when one of its public addresses is on the list of infected ones; null: none is',
  }),
  priority: Type.String({
    description: '`high`: it is listed, or has the public address of one above it that is',
  }),
  figures: UnitReport,
})

export const Units = Type.Object({
  items: Type.Array(Unit),
  next: NullableText,
  outside: Type.Union([UnitReport, Type.Null()], {
    description: 'clients that belong to no unit; null: the caller is responsible for some units alone',
  }),
  at: Type.String({ ...Time, description: 'of the figures: they may be some seconds old' }),
})

export const UnitDetail = Type.Object({
  ...Unit.properties,
  path: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
    description: 'units above it, the uppermost first',
  }),
  campaigns: Type.Array(
    Type.Object({ campaign: Type.String({ description: 'empty: lists without one' }), cases: CaseReport }),
    { description: 'those with cases here' },
  ),
  at: Time,
})

/** What a caller sees of the tree: the ranks of their units; null: all. */
interface Sight {
  readonly view: FigureView
  readonly ranks: ReadonlySet<number> | null
  readonly showsContacts: boolean
}

export function addUnitRoutes(app: Admin, { figures }: AdminSources): void {
  function look(caller: Caller): Sight {
    const view = figures.look()
    const { within } = scopeOf(caller, 'numbers.read')
    const ranks = within === undefined ? null : view.units.tree.ranks(within)
    return { view, ranks, showsContacts: may(caller.principal, 'client.read') }
  }

  /** The unit of that id, if the caller may see it. Another's is not there. */
  function find({ view, ranks }: Sight, id: string): UnitPlace {
    const place = view.units.tree.find(id)
    if (place === null || ranks?.has(place.rank) === false)
      throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no unit "${id}".`)
    return place
  }

  app.get(
    '/units',
    {
      config: { access: 'numbers.read', reads: 'figures', refusals: ['THANHLOC_API_NOT_FOUND'] },
      schema: {
        tags: ['clients'],
        summary: 'Units the caller is responsible for, with what is in each',
        querystring: ListQuery,
        response: responses({ 200: Units }),
      },
    },
    ({ query: { parent, q, priority, sort = 'tree', reverse = false, limit = 100, cursor }, caller }) => {
      const sight = look(caller)
      const { view, ranks } = sight
      const { tree } = view.units
      const above = parent === undefined ? null : find(sight, parent)
      const of =
        above === null ? tree.places : tree.under(above).filter(({ level }) => level === above.level + 1)
      const wanted = of.filter(
        (place) =>
          ranks?.has(place.rank) !== false &&
          (priority === undefined || priorityOf(place, view) === priority) &&
          (q === undefined || isNamed(place, q)),
      )
      const ranked = wanted.map((place) => ({
        item: place,
        figure: FIGURES[sort](view.figures.unit(place.rank)),
        place: place.rank,
      }))
      const name = `units-${sort}-${tree.mark}`
      const { items, next } = rankedPage(ranked, { name, isReversed: reverse, limit, cursor })
      return {
        items: items.map((place) => toUnit(place, sight)),
        next,
        outside: ranks === null ? toUnitReport(view.figures.outside) : null,
        at: timeText(view.figures.atMs),
      }
    },
  )

  app.get(
    '/units/:id',
    {
      config: { access: 'numbers.read', reads: 'figures' },
      schema: {
        tags: ['clients'],
        summary: 'One unit with what is in it and under it',
        params: strict({ id: Id }),
        response: responses({ 200: UnitDetail }),
      },
    },
    ({ params: { id }, caller }) => {
      const sight = look(caller)
      const { view, ranks } = sight
      const place = find(sight, id)
      const { tree } = view.units
      const path = tree.above(place).filter(({ rank }) => ranks?.has(rank) !== false)
      return {
        ...toUnit(place, sight),
        path: path.map(({ unit }) => ({ id: unit.id, name: unit.name })),
        campaigns: [...view.figures.campaigns(tree.ranks([id]))].map(([campaign, cases]) => ({
          campaign,
          cases: toCaseReport(cases),
        })),
        at: timeText(view.figures.atMs),
      }
    },
  )
}

function toUnit(place: UnitPlace, { view, ranks, showsContacts }: Sight) {
  const { id, name, code, networks, wan, contact } = place.unit
  const listedMs = view.listed.get(id)
  const parent = view.units.tree.above(place).at(-1)
  const isParentSeen = parent !== undefined && ranks?.has(parent.rank) !== false
  return {
    id,
    name,
    code,
    parent: isParentSeen ? parent.unit.id : null,
    children: place.children,
    networks: [...networks],
    wan: [...wan],
    contact: showsContacts ? contact : null,
    listedSince: listedMs === undefined ? null : timeText(listedMs),
    priority: priorityOf(place, view),
    figures: toUnitReport(view.figures.unit(place.rank)),
  }
}

function priorityOf({ unit }: UnitPlace, { high }: FigureView): 'high' | 'normal' {
  return high.has(unit.id) ? 'high' : 'normal'
}

function isNamed({ unit: { id, name, code } }: UnitPlace, q: string): boolean {
  return searchText([id, name, code]).includes(foldText(q))
}
