/** `GET /status`: everything about the server in one document. */
import { Type, type Static } from 'typebox'
import { may } from '../../accounts/roles.ts'
import { formatEndpoint } from '../../config/address.ts'
import { Swapped } from '../../thread/control-words.ts'
import type { Admin } from '../app.ts'
import { degradedOf } from '../health/ledger.ts'
import { HealthReport, healthReport } from '../health/report.ts'
import type { Recent } from '../health/traffic-window.ts'
import { NodeReport, nodeReport } from '../node-report.ts'
import {
  AlertsReport,
  alertsReport,
  IdentityReport,
  identityReport,
  ListReport,
  listReport,
  StoreReport,
  storeReport,
  ThreadReport,
  UpstreamReport,
  upstreamReport,
} from '../reports.ts'
import { NullableTime, responses, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { mergeUpstreams } from '../upstreams.ts'
import { TrafficReport, trafficReport } from './traffic.ts'

const Status = Type.Object({
  version: Type.String(),
  node: Type.String(),
  time: Time,
  listen: Type.Array(Type.String(), { description: 'where queries are answered, as the settings say it' }),
  health: HealthReport,
  degraded: Type.Array(Type.Object({ part: Type.String(), detail: Type.String() })),
  threads: Type.Array(ThreadReport),
  snapshot: Type.Object({
    generation: Type.Integer(),
    overlay: Type.Integer(),
    reloadSeconds: Type.Union([Type.Number(), Type.Null()]),
  }),
  pausedUntil: NullableTime,
  lists: Type.Array(ListReport),
  upstreams: Type.Array(UpstreamReport),
  traffic: TrafficReport,
  recent: Type.Object(
    { seconds: Type.Number(), queries: Type.Integer(), failed: Type.Integer() },
    { description: 'of about the last minute' },
  ),
  clients: Type.Union([Type.Record(Type.String(), Type.Integer()), Type.Null()], {
    description: 'machines with hits, by status; null: not counted yet',
  }),
  cache: Type.Object({ entries: Type.Integer(), bytes: Type.Integer() }),
  store: Type.Union([StoreReport, Type.Null()]),
  identity: IdentityReport,
  alerts: AlertsReport,
  nodes: Type.Array(NodeReport),
  config: Type.Object({
    file: Type.Union([Type.String(), Type.Null()]),
    loadedAt: Time,
    failures: Type.Integer(),
    errors: Type.Array(Type.String()),
    needsRestart: Type.Array(Type.String()),
  }),
  log: Type.Object({ dropped: Type.Record(Type.String(), Type.Integer()) }),
})

/** What `GET /status` answers. */
export type StatusReport = Static<typeof Status>

export function addStatusRoutes(app: Admin, sources: AdminSources): void {
  const { board, words, config, clock, build, logDrops, health, settings } = sources
  app.get(
    '/status',
    {
      config: { access: 'status.read' },
      schema: {
        tags: ['server'],
        summary: 'Threads, lists, upstreams, cache, store, configuration, and what is wrong',
        response: responses({ 200: Status }),
      },
    },
    async ({ caller }) => {
      const found = await health.look()
      // Lines of files quote what stands in them: machines, telephone numbers.
      const showsLines = may(caller.principal, 'settings.read')
      const pausedUntilMs = words.pausedUntilMs
      return {
        ...build,
        time: timeText(clock.wallMs()),
        listen: settings().listen.map(formatEndpoint),
        health: healthReport(found),
        degraded: degradedOf(found),
        threads: (board.supervisor.value?.threads ?? []).map((thread) => ({ ...thread })),
        snapshot: {
          generation: words.generation(Swapped.snapshot),
          overlay: words.generation(Swapped.overlay),
          reloadSeconds: board.lists.value?.reloadSeconds ?? null,
        },
        pausedUntil: pausedUntilMs > clock.wallMs() ? timeText(pausedUntilMs) : null,
        lists: (board.lists.value?.lists ?? []).map(listReport),
        upstreams: mergeUpstreams(board.resolvers.values()).map(upstreamReport),
        traffic: trafficReport(sources),
        recent: recentReport(found.recent),
        clients: board.totals.value === null ? null : { ...board.totals.value.clients },
        cache: cacheTotals(sources),
        store: board.store.value === null ? null : storeReport(board.store.value),
        identity: identityReport(sources.identity(), showsLines),
        alerts: alertsReport(sources.alerts.status(), showsLines),
        nodes: sources.nodes().map((node) => nodeReport(node, showsLines)),
        config: {
          ...config.state,
          loadedAt: timeText(config.state.loadedAt),
          errors: showsLines ? [...config.state.errors] : [],
          needsRestart: [...config.state.needsRestart],
        },
        log: { dropped: { ...logDrops() } },
      }
    },
  )
}

function recentReport({ spanMs, queries, failed }: Recent) {
  return { seconds: spanMs / 1000, queries, failed }
}

function cacheTotals({ board }: AdminSources): { entries: number; bytes: number } {
  const caches = [...board.resolvers.values()].flatMap(({ value }) => (value ? [value.cache] : []))
  const sum = (read: (cache: { entries: number; bytes: number }) => number): number =>
    caches.reduce((total, cache) => total + read(cache), 0)
  return { entries: sum(({ entries }) => entries), bytes: sum(({ bytes }) => bytes) }
}
