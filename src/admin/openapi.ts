/** The API's own description: OpenAPI 3.1 from the routes' schemas, and the page that shows it without the network. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Type } from 'typebox'
import { completeDocument, type ApiDocument } from './api-document.ts'
import type { Admin } from './app.ts'

/** Everything from here; the page's own script and style, images it draws itself. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Adds `/openapi.json` and `/docs`; before the routes they describe. */
export async function addOpenApi(app: Admin, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Thanh Lọc admin API',
        version,
        description:
          'Over TCP everything under /api needs a session or a token, whose role must allow it; by `admin.sock` in the data directory ' +
          'nothing does. ' +
          'Errors are problem details (RFC 9457), times RFC 3339 in UTC. What is no HTTP request is answered 400, what does not ' +
          'arrive in time 408, whatever was asked for. HEAD is answered wherever GET is, but for the stream of events.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'clients', description: 'Machines that asked for listed names' },
        { name: 'cases', description: 'What is to be cleaned, who does it, what became of it' },
        { name: 'policy', description: 'Lists, and what is let through by hand' },
        { name: 'imports', description: 'Documents, what they propose, and what people decide about it' },
        { name: 'accounts', description: 'People, tokens, sessions' },
        { name: 'audit', description: 'Who did what' },
        { name: 'keeping', description: 'How long things are kept, legal holds, backups' },
        { name: 'server', description: 'State, cache, configuration' },
        { name: 'nodes', description: 'The other servers of an agency' },
        { name: 'probes', description: 'Free of client data and of any token' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'of a machine: `POST /api/v1/tokens`' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-thanhloc-session',
            description:
              'of a person: `POST /api/v1/session`; without TLS `thanhloc-session`. Changes need the header X-CSRF-Token too',
          },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transformObject: (given) => {
      if (!('openapiObject' in given)) throw new TypeError('this is no OpenAPI document')
      completeDocument(given.openapiObject as ApiDocument, app.routeTable)
      return given.openapiObject
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, index) =>
        typeof $id === 'string' ? $id : `schema-${index}`,
    },
  })
  let text: string | undefined
  app.get(
    '/openapi.json',
    {
      config: { access: 'free' },
      schema: {
        tags: ['probes'],
        summary: 'This description, OpenAPI 3.1',
        security: [],
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    (_request, reply) => {
      const document = app.swagger()
      // Written once: strangers may ask for it, and it is long.
      return reply
        .type('application/json; charset=utf-8')
        .serializer(() => (text ??= JSON.stringify(document)))
        .send(document)
    },
  )
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'free' }
    })
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: DOCS_POLICY,
      uiConfig: { url: '/openapi.json', validatorUrl: null, deepLinking: true },
    })
  })
}
