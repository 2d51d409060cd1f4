/** What people and programs ask the admin API of a big store (big-store.ts). */
import type { Product } from './product.ts'
import { callApi } from './store-stage.ts'

const DAY_MS = 86_400_000

interface Paged {
  readonly items: readonly { readonly id: number }[]
  readonly next: string | null
}

/** What is asked for, and its path. The first ones are asked for under load as well. */
export async function callsOf(
  product: Pick<Product, 'data'>,
  names: readonly string[],
): Promise<(readonly [string, string])[]> {
  const newest = await callApi<Paged>(product, '/api/v1/clients')
  const [{ id }] = newest.body.items as [{ id: number }]
  const deep = await walk(product, '/api/v1/clients?limit=1000')
  const deepRecent = await walk(product, '/api/v1/clients?sort=recent&limit=1000')
  const deepState = await walk(product, '/api/v1/clients?sort=state&limit=1000')
  const deepCases = await walk(product, '/api/v1/cases?limit=1000')
  const hits = (await callApi<{ hitPage: Paged }>(product, `/api/v1/clients/${id}`)).body.hitPage.next
  const day = (ago: number): string => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10)
  const clientCalls = Object.entries({
    'the first page': '',
    'the first page of 1,000': 'limit=1000',
    'the last page': deep,
    'seen last first': 'sort=recent',
    'seen last first, the last page': deepRecent,
    'most hits first': 'sort=hits',
    'first seen last first': 'sort=first',
    'in the order of units': 'sort=unit',
    'priority first': 'sort=priority',
    'the most pressing first': 'sort=state',
    'the most pressing first, the last page': deepState,
    'of a unit and those under it': 'unit=so-3',
    'of a campaign': 'campaign=cd-1',
    'of a list': 'list=list-1',
    'of a small unit': 'unit=so-3-7',
    'of a campaign, since a day': `campaign=cd-1&since=${day(3)}`,
    since: `since=${day(3)}`,
    'of a day long ago': `since=${day(20)}&until=${day(20)}`,
    'of a day long ago, seen last first': `since=${day(20)}&until=${day(20)}&sort=recent`,
    'of a day without hits': `since=${day(300)}&until=${day(300)}`,
    'by status': 'status=new',
    'by a status none has': 'status=cleaned',
    'routers: none': 'kind=router',
    'by an address': 'q=10.3.112.7',
    'by a network': 'q=10.3.',
    'by a listed name': `q=${names[7]!}`,
    'by a name under a listed one': `q=www.${names[7]!}`,
    'by letters many names hold': 'q=a',
    'by letters that names of few clients hold': 'q=rare-',
    'by a part of a few names': `q=${names[7]!.slice(0, 4)}`,
    'by a MAC': 'q=02:00:5e:00:01:11',
    'by a host name': 'q=may-00471',
    'by what nothing holds': 'q=nothing-has-this',
    'of a unit, by letters many names hold, seen last first': 'q=a&unit=so-3-7&sort=recent',
  }).map(
    ([what, query]) => [`clients: ${what}`, `/api/v1/clients${query === '' ? '' : `?${query}`}`] as const,
  )
  return [
    ...clientCalls,
    ['one client', `/api/v1/clients/${id}`],
    ['one client, the second page of its hits', `/api/v1/clients/${id}?cursor=${hits}`],
    ['cases: the first page', '/api/v1/cases'],
    ['cases: the last page', `/api/v1/cases?${deepCases}`],
    ['cases: hit last first', '/api/v1/cases?sort=recent'],
    ['cases: changed last first', '/api/v1/cases?sort=changed'],
    ['cases: new ones', '/api/v1/cases?state=new'],
    ['cases: cleaned ones, none', '/api/v1/cases?state=cleaned'],
    ['cases: of a campaign', '/api/v1/cases?campaign=cd-2'],
    ['cases: of a small unit', '/api/v1/cases?unit=so-3-7'],
    ['cases: since a day', `/api/v1/cases?since=${day(3)}`],
    ['hits: the first page', '/api/v1/hits'],
    ['hits: last first, of a client', `/api/v1/hits?client=${id}&sort=recent`],
    ['hits: of a name', `/api/v1/hits?indicator=${names[7]!}`],
    ['hits: of a name, last first', `/api/v1/hits?indicator=${names[7]!}&sort=recent`],
    ['hits: of a name, most first', `/api/v1/hits?indicator=${names[7]!}&sort=hits`],
    ['hits: by letters many names hold', '/api/v1/hits?q=a'],
    ['hits: by letters that names of few clients hold', '/api/v1/hits?q=rare-'],
    ['hits: of a list', '/api/v1/hits?list=list-1'],
    ['hits: of a day long ago', `/api/v1/hits?since=${day(20)}&until=${day(20)}`],
    ['hits: of an action there was none of', '/api/v1/hits?action=log'],
    ['units', '/api/v1/units'],
    ['units: most open cases first', '/api/v1/units?sort=open'],
    ['one unit', '/api/v1/units/so-3'],
    ['campaigns', '/api/v1/campaigns'],
    ['one campaign', '/api/v1/campaigns/cd-1'],
    ['numbers', '/api/v1/numbers'],
    ['numbers of a campaign in a span', `/api/v1/numbers?campaign=cd-1&since=${day(20)}&until=${day(10)}`],
    ['status', '/api/v1/status'],
    ['metrics', '/metrics'],
  ]
}

/** The query of the last page. */
async function walk(product: Pick<Product, 'data'>, path: string): Promise<string> {
  let query = path.split('?')[1]!
  for (let next: string | null = null; ;) {
    const page: Paged = (await callApi<Paged>(product, next === null ? path : `${path}&cursor=${next}`)).body
    if (page.next === null) return query.replace(/&?limit=1000/, '').replace(/^&/, '')
    next = page.next
    query = `${path.split('?')[1]!}&cursor=${next}`
  }
}
