/**
 * The admin API as one fastify application. It listens nowhere itself: listeners.ts feeds it what comes by TCP and by
 * the socket in the data directory. Deny by default: a route that names no action is for nobody.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { guardRoutes, type AdminAccess } from './admission.ts'
import { addConsoleRoutes } from './console.ts'
import { answerError, sendProblem } from './errors.ts'
import { addTags, Tags } from './etag.ts'
import { compileAnswersLate } from './late-answers.ts'
import { addOpenApi } from './openapi.ts'
import { ApiError, describeProblem, Problem } from './problem.ts'
import { addAlertRoutes } from './routes/alerts.ts'
import { addAllowRoutes } from './routes/allow.ts'
import { addAuditRoutes } from './routes/audit.ts'
import { addBackupRoutes } from './routes/backup.ts'
import { addBypassRoutes } from './routes/bypass.ts'
import { addCacheRoutes } from './routes/cache.ts'
import { addCampaignRoutes } from './routes/campaigns.ts'
import { addCaseRoutes } from './routes/cases.ts'
import { addClientRoutes } from './routes/clients.ts'
import { addConfigRoutes } from './routes/config.ts'
import { addContactRoutes } from './routes/contacts.ts'
import { addApprovedRoutes } from './routes/approved.ts'
import { addEnforcedRoutes } from './routes/enforced.ts'
import { addEventRoutes } from './routes/events.ts'
import { addExportRoutes } from './routes/export.ts'
import { addFeedRoutes } from './routes/feeds.ts'
import { addHitRoutes } from './routes/hits.ts'
import { addHoldRoutes } from './routes/holds.ts'
import { addImportRoutes } from './routes/imports.ts'
import { addKeepingRoutes } from './routes/keeping.ts'
import { addListRoutes } from './routes/lists.ts'
import { addNodeRoutes } from './routes/nodes.ts'
import { addNumberRoutes } from './routes/numbers.ts'
import { addProbeRoutes } from './routes/probes.ts'
import { addReportRoutes } from './routes/reports.ts'
import { addSecondFactorRoutes } from './routes/second-factor.ts'
import { addSessionRoutes } from './routes/session.ts'
import { addSilenceRoutes } from './routes/silences.ts'
import { addStatusRoutes } from './routes/status.ts'
import { addTokenRoutes } from './routes/tokens.ts'
import { addTrafficRoutes } from './routes/traffic.ts'
import { addUnitRoutes } from './routes/units.ts'
import { addUserRoutes } from './routes/users.ts'
import { addZoneRoutes } from './routes/zones.ts'
import { SecureRandom } from '../random.ts'
import type { AdminSources } from './sources.ts'

/** Nothing anybody sends here is longer. */
export const BODY_LIMIT_BYTES = 64 << 10
const MAX_PARAMETER = 300

/** The application with its routes' types. */
export type Admin = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** Builds the application and makes it ready. */
export async function buildAdmin(sources: AdminSources, access: AdminAccess): Promise<Admin> {
  const app: Admin = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    // A key we do not know is a slip of the pen, and must not be dropped in silence.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply, sources.log)
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.addSchema(Problem)
  takeJsonOnly(app)
  compileAnswersLate(app)
  app.setErrorHandler((error: FastifyError, request, reply) =>
    answerError(error, request, reply, sources.log),
  )
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      describeProblem('THANHLOC_API_NOT_FOUND', `There is no ${request.method} ${pathOf(request)}.`),
    ),
  )
  app.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS))
  guardRoutes(app, access, sources.accounts)
  addTags(app, new Tags({ ...sources, random: new SecureRandom() }))

  await addOpenApi(app, sources.build.version)
  const prefix = '/api/v1'
  addConsoleRoutes(app)
  addProbeRoutes(app, sources, access)
  await app.register(
    async (api: Admin) => {
      addStatusRoutes(api, sources)
      addTrafficRoutes(api, sources)
      addNumberRoutes(api, sources)
      addClientRoutes(api, sources)
      addHitRoutes(api, sources)
      addContactRoutes(api, sources)
      addBypassRoutes(api, sources)
      addUnitRoutes(api, sources)
      addCampaignRoutes(api, sources)
      addCaseRoutes(api, sources)
      addSilenceRoutes(api, sources)
      addEventRoutes(api, sources)
      addExportRoutes(api, sources)
      addNodeRoutes(api, sources)
      addListRoutes(api, sources)
      addImportRoutes(api, sources)
      addReportRoutes(api, sources)
      addFeedRoutes(api, sources)
      addZoneRoutes(api, sources)
      addEnforcedRoutes(api, sources)
      addApprovedRoutes(api, sources)
      addAllowRoutes(api, sources)
      addAlertRoutes(api, sources)
      addCacheRoutes(api, sources)
      addConfigRoutes(api, sources)
      addSessionRoutes(api, sources)
      addSecondFactorRoutes(api, sources)
      addUserRoutes(api, sources)
      addTokenRoutes(api, sources)
      addAuditRoutes(api, sources)
      addHoldRoutes(api, sources)
      addKeepingRoutes(api, sources)
      addBackupRoutes(api, sources)
    },
    { prefix },
  )
  await app.ready()
  return app
}

/** Pages of ours may not be framed or sniffed, nothing is kept by caches; /docs sets a policy of its own. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** JSON bodies and no others; none at all counts as `{}`. */
function takeJsonOnly(app: Admin): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, {})
    void parse(request, body as string, (error, value) => {
      if (error)
        return done(new ApiError('THANHLOC_API_INVALID', `The body is not JSON: ${error.message}`), undefined)
      done(null, value)
    })
  })
}

/** Without the query, which is none of the log's business, and bounded. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!.slice(0, 200)
}
