/** `/healthz`, `/readyz`, `/metrics`: for machines, without token, without client data. */
import { Type } from 'typebox'
import { Swapped } from '../../thread/control-words.ts'
import type { AdminAccess } from '../admission.ts'
import type { Admin } from '../app.ts'
import { degradedOf } from '../health/ledger.ts'
import type { AdminSources } from '../sources.ts'

const free = { access: 'free' } as const
const common = { tags: ['probes'], security: [] }

const Readiness = Type.Object({
  ready: Type.Boolean(),
  generation: Type.Integer({ description: 'of the policy snapshot; 0: none is loaded yet' }),
  degraded: Type.Array(Type.Object({ part: Type.String(), detail: Type.String() })),
})

/** Series of single units: for who watches the whole agency. */
const UNIT_SERIES = /^(?:# (?:HELP|TYPE) )?thanhloc_unit_.*\n/gm

export function addProbeRoutes(
  app: Admin,
  sources: AdminSources,
  { mayCountUnits }: Pick<AdminAccess, 'mayCountUnits'>,
): void {
  const { words, metrics, health } = sources

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
      const found = await health.look()
      const generation = words.generation(Swapped.snapshot)
      const ready = found.isReady
      return reply.code(ready ? 200 : 503).send({ ready, generation, degraded: degradedOf(found) })
    },
  )

  app.get(
    '/metrics',
    {
      config: free,
      schema: { ...common, summary: 'Metrics in the text format of Prometheus', produces: ['text/plain'] },
    },
    async ({ raw }, reply) => {
      const text = await metrics.render()
      const told = mayCountUnits(raw) ? text : text.replace(UNIT_SERIES, '')
      return reply.header('content-type', metrics.contentType).send(told)
    },
  )
}
