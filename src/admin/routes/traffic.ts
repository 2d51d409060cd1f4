/** `GET /traffic`: counts of queries and answers, cheap enough to be read every second; `/traffic/recent`: as a chart has them. */
import { Type, type Static } from 'typebox'
import type { Admin } from '../app.ts'
import { readTime, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { STEP_MS, TrafficRing } from '../traffic-ring.ts'
import { DURATION_BOUNDS, readTraffic } from '../traffic.ts'

export const TrafficReport = Type.Object({
  time: Time,
  upSeconds: Type.Number({ description: 'since the start of the server, which is where all counts begin' }),
  queries: Type.Object({ udp: Type.Integer(), tcp: Type.Integer() }, { description: 'that came' }),
  answers: Type.Record(Type.String(), Type.Integer(), {
    description: 'queries finished, by what became of them: blocked, cached, forwarded …',
  }),
  bounds: Type.Array(Type.Number(), { description: 'upper bounds of `durations`, seconds' }),
  durations: Type.Record(Type.String(), Type.Array(Type.Integer()), {
    description:
      'the same by how long they took: a count for each bound, above the one before it, and one for what took longer',
  }),
  receiveDrops: Type.Integer({
    description: 'datagrams the kernel dropped because a receive buffer was full',
  }),
  cacheEntries: Type.Integer(),
})

/** An hour. */
const SHOWN_STEPS = 720

const Rates = Type.Array(Type.Number(), { description: 'a second' })
const RecentTraffic = Type.Object({
  stepSeconds: Type.Number({ description: 'about how far apart they are' }),
  ends: Type.Array(Type.Number(), {
    description: 'when each step ended, seconds since 1970; those of the last hour, ascending',
  }),
  queries: Rates,
  blocked: Rates,
  sum: Type.Object(
    {
      from: { ...Time, description: '`since`, or when the counting began that is still known' },
      queries: Type.Integer(),
      blocked: Type.Integer(),
    },
    { description: 'what came from then on' },
  ),
})

/** What `GET /traffic/recent` answers. */
export type RecentTrafficReply = Static<typeof RecentTraffic>

/** What `GET /traffic` answers. */
export type TrafficReply = Static<typeof TrafficReport>

/** What the resolver threads have counted, as the API shows it. */
export function trafficReport({ counters, clock }: Pick<AdminSources, 'counters' | 'clock'>) {
  const { durations, ...traffic } = readTraffic(counters)
  return {
    time: timeText(clock.wallMs()),
    upSeconds: process.uptime(),
    ...traffic,
    bounds: [...DURATION_BOUNDS],
    durations: Object.fromEntries(Object.entries(durations).map(([name, counts]) => [name, [...counts]])),
  }
}

export function addTrafficRoutes(app: Admin, sources: AdminSources): void {
  app.get(
    '/traffic',
    {
      config: { access: 'status.read' },
      schema: {
        tags: ['server'],
        summary: 'Counts of queries and answers since the start, and how long they took',
        response: responses({ 200: TrafficReport }),
      },
    },
    () => trafficReport(sources),
  )
  const ring = new TrafficRing(sources.counters, sources.clock)
  app.addHook('onClose', async () => ring.close())
  app.get(
    '/traffic/recent',
    {
      config: { access: 'status.read' },
      schema: {
        tags: ['server'],
        summary: 'Queries and blocked ones a second over the last hour, and how many came since a time',
        querystring: strict({
          since: Type.Optional(
            Type.String({
              minLength: 10,
              maxLength: 40,
              description: 'a date, or RFC 3339, a day back at most; an hour ago unless given',
            }),
          ),
        }),
        response: responses({ 200: RecentTraffic }),
      },
    },
    ({ query: { since } }) => {
      const sinceMs =
        since === undefined ? sources.clock.wallMs() - SHOWN_STEPS * STEP_MS : readTime('since', since)
      const { endsMs, queries, blocked } = ring.rates(SHOWN_STEPS)
      const { fromMs, ...sum } = ring.since(sinceMs)
      return {
        stepSeconds: STEP_MS / 1000,
        ends: endsMs.map((ms) => Math.round(ms / 100) / 10),
        queries: queries.map(toTenths),
        blocked: blocked.map(toTenths),
        sum: { ...sum, from: timeText(fromMs) },
      }
    },
  )
}

function toTenths(rate: number): number {
  return Math.round(rate * 10) / 10
}
