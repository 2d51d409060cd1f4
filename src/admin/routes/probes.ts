/** `/healthz`, `/readyz`, `/metrics`: for machines, without token, without client data. */
import { Type } from 'typebox'
import { Swapped } from '../../thread/control-words.ts'
import type { Admin } from '../app.ts'
import { findTroubles } from '../degraded.ts'
import type { AdminSources } from '../sources.ts'

const free = { access: 'free' } as const
const common = { tags: ['probes'], security: [] }

const Readiness = Type.Object({
  ready: Type.Boolean(),
  generation: Type.Integer({ description: 'of the policy snapshot; 0: none is loaded yet' }),
  degraded: Type.Array(Type.Object({ part: Type.String(), detail: Type.String() })),
})

export function addProbeRoutes(app: Admin, sources: AdminSources): void {
  const { board, words, metrics } = sources

  app.get(
    '/healthz',
    {
      config: free,
      schema: {
        ...common,
        summary: 'The process is alive',
        response: { 200: Type.Object({ status: Type.Literal('alive') }) },
      },
    },
    () => ({ status: 'alive' as const }),
  )

  app.get(
    '/readyz',
    {
      config: free,
      schema: {
        ...common,
        summary:
          '200 while queries are answered from a loaded snapshot; troubles stand in the body, never in the status',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      await board.refresh()
      const generation = words.generation(Swapped.snapshot)
      const isAnswering = [...board.resolvers.keys()].some((_name, worker) => words.isAnswering(worker))
      const ready = generation > 0 && isAnswering
      return reply.code(ready ? 200 : 503).send({ ready, generation, degraded: findTroubles(sources) })
    },
  )

  app.get(
    '/metrics',
    {
      config: free,
      schema: { ...common, summary: 'Metrics in the text format of Prometheus', produces: ['text/plain'] },
    },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.render()),
  )
}
