/** `GET /status`: everything about the server in one document. */
import { Type } from 'typebox'
import { may } from '../../accounts/roles.ts'
import { Swapped } from '../../thread/control-words.ts'
import type { Admin } from '../app.ts'
import { findTroubles } from '../degraded.ts'
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

const Status = Type.Object({
  version: Type.String(),
  node: Type.String(),
  time: Time,
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

export function addStatusRoutes(app: Admin, sources: AdminSources): void {
  const { board, words, config, clock, build, logDrops } = sources
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
      await board.refresh()
      // Lines of files quote what stands in them: machines, telephone numbers.
      const showsLines = may(caller.principal, 'settings.read')
      const pausedUntilMs = words.pausedUntilMs
      return {
        ...build,
        time: timeText(clock.wallMs()),
        degraded: findTroubles(sources),
        threads: (board.supervisor.value?.threads ?? []).map((thread) => ({ ...thread })),
        snapshot: {
          generation: words.generation(Swapped.snapshot),
          overlay: words.generation(Swapped.overlay),
          reloadSeconds: board.lists.value?.reloadSeconds ?? null,
        },
        pausedUntil: pausedUntilMs > clock.wallMs() ? timeText(pausedUntilMs) : null,
        lists: (board.lists.value?.lists ?? []).map(listReport),
        upstreams: mergeUpstreams(board.resolvers.values()).map(upstreamReport),
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

function cacheTotals({ board }: AdminSources): { entries: number; bytes: number } {
  const caches = [...board.resolvers.values()].flatMap(({ value }) => (value ? [value.cache] : []))
  const sum = (read: (cache: { entries: number; bytes: number }) => number): number =>
    caches.reduce((total, cache) => total + read(cache), 0)
  return { entries: sum(({ entries }) => entries), bytes: sum(({ bytes }) => bytes) }
}
