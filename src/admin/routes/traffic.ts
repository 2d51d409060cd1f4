/** `GET /traffic`: counts of queries and answers, cheap enough to be read every second. */
import { Type, type Static } from 'typebox'
import type { Admin } from '../app.ts'
import { responses, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
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
}
