/**
 * What writes an answer is compiled from its schema, some 100 KB of program a call. Most calls are never made, and GET
 * and HEAD of one write the same: each is compiled when it is first needed, once.
 */
import type { Admin } from './app.ts'

type Writer = (answer: unknown) => string

/** To be called before the routes are added. */
export function compileAnswersLate(app: Admin): void {
  const writers = new Map<unknown, Writer>()
  app.addHook('onRoute', (route) => {
    // The few others are compiled at once, and with them fastify sets up the compiler that is used here.
    if (!route.url.startsWith('/api/')) return
    route.serializerCompiler = (definition) => (answer: unknown) => {
      let write = writers.get(definition.schema)
      if (write === undefined) writers.set(definition.schema, (write = app.serializerCompiler!(definition)))
      return write(answer)
    }
  })
}
