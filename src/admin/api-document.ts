/**
 * What the schemas of the routes do not say of a call: its name, which role may make it, everything it can be refused
 * with, and an example of each body. It is told from the route's action and its list of refusals, so that it cannot be
 * forgotten.
 */
import { may, PERMISSIONS, ROLES } from '../accounts/roles.ts'
import { http } from '../net/http.ts'
import type { RouteEntry } from './admission.ts'
import type { CallExample } from './examples/call-example.ts'
import { EXAMPLES } from './examples/examples.ts'
import { PROBLEM_DETAILS } from './examples/problems.ts'
import type { Access } from './guard.ts'
import { describeProblem, PROBLEMS, type ProblemCode } from './problem.ts'

interface Media {
  schema?: object
  example?: unknown
  examples?: Record<string, object>
}
interface Response {
  description: string
  headers?: Record<string, object>
  content?: Record<string, Media>
}
interface Parameter {
  readonly name: string
  readonly in: string
  example?: unknown
}
interface Operation {
  readonly summary?: string
  operationId?: string
  description?: string
  security?: object[]
  readonly parameters?: Parameter[]
  readonly requestBody?: { content: Record<string, Media> }
  responses: Record<string, Response>
  'x-action'?: Access
}

/** What of an OpenAPI document is completed here. */
export interface ApiDocument {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { examples?: Record<string, object> }
}

const PROBLEM_MEDIA = 'application/problem+json'
const PROBLEM_SCHEMA = { $ref: '#/components/schemas/Problem' }

/** Completes `document` in place. `routes`: those it describes, and what each asks of its caller. */
export function completeDocument(document: ApiDocument, routes: readonly RouteEntry[]): void {
  const byCall = new Map(routes.map((route) => [`${route.method} ${pathOf(route.path)}`, route]))
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [name, operation] of Object.entries(methods)) {
      const method = name.toUpperCase()
      const route = byCall.get(`${method} ${path}`)
      if (route !== undefined) completeOperation(operation, route, path, EXAMPLES[`${method} ${path}`])
    }
  }
  const codes = Object.keys(PROBLEMS) as ProblemCode[]
  document.components.examples = Object.fromEntries(
    codes.map((code) => [code, { value: describeProblem(code, PROBLEM_DETAILS[code]) }]),
  )
}

/** `/clients/:id` as OpenAPI writes it. */
function pathOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

function completeOperation(
  operation: Operation,
  route: RouteEntry,
  path: string,
  example: CallExample | undefined,
): void {
  const access = route.access ?? 'free'
  operation.operationId = operationId(route.method, path)
  operation.description = describeAccess(access)
  operation['x-action'] = access
  operation.security = securityOf(access)
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response.description === 'Default Response')
      response.description = http.STATUS_CODES[status] ?? 'Answer'
  }
  if (example !== undefined) addExample(operation, example)
  if (route.isTagged) addTag(operation)
  for (const [status, codes] of refusals(operation, route, path)) {
    operation.responses[status] ??= problemResponse(codes)
  }
  // The same everywhere, by its name.
  const other = operation.responses['default']?.content?.[PROBLEM_MEDIA]
  if (other !== undefined) other.schema = PROBLEM_SCHEMA
}

/** `GET /api/v1/clients/{id}` → `getClientsById`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v\d+/, '')
    .replace(/\{(\w+)\}/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
}

function describeAccess(access: Access): string {
  if (access === 'free') return 'Free: needs no session and no token.'
  if (access === 'known') return 'For whoever has said who they are.'
  if (access === 'self.change') return 'Action `self.change`: people who signed in.'
  return `Action \`${access}\`: ${ROLES.filter((role) => PERMISSIONS[role].has(access)).join(', ')}.`
}

function securityOf(access: Access): object[] {
  if (access === 'free') return []
  const isForTokens =
    access === 'known' ||
    ROLES.some((role) =>
      may({ kind: 'token', name: '', role, units: null, mustChangePassword: false }, access),
    )
  return isForTokens ? [{ token: [] }, { session: [] }] : [{ session: [] }]
}

function addExample(operation: Operation, { given = {}, body, answer, texts }: CallExample): void {
  for (const parameter of operation.parameters ?? []) {
    if (given[parameter.name] !== undefined) parameter.example = given[parameter.name]
  }
  for (const asked of Object.values(operation.requestBody?.content ?? {}))
    if (body !== undefined) asked.example = body
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1]
  if (success === undefined) return
  if (texts !== undefined) {
    const media = Object.entries(texts).map(([type, text]) => [
      type,
      { schema: { type: 'string' }, example: text },
    ])
    success.content = Object.fromEntries(media) as Record<string, Media>
  }
  const answered = success.content?.['application/json']
  if (answered !== undefined && answer !== undefined) answered.example = answer
}

/** Answers that are the same as before need not be sent again (RFC 9110 §13.1.2). */
function addTag(operation: Operation): void {
  const header = { description: 'send it as If-None-Match', schema: { type: 'string' } }
  const success = operation.responses['200']
  if (success !== undefined) success.headers = { ETag: header }
  operation.responses['304'] = { description: 'The answer is the one If-None-Match names', headers: { ETag: header } } // prettier-ignore
}

/** Status → codes, of everything the call can be refused with beyond what its schema says. */
function refusals(operation: Operation, route: RouteEntry, path: string): Map<string, ProblemCode[]> {
  const isChange = route.method !== 'GET'
  const isKnown = route.access !== 'free'
  const takes = (operation.parameters ?? []).length > 0 || isChange
  const codes: ProblemCode[] = [
    ...(takes ? (['THANHLOC_API_INVALID'] as const) : []),
    ...(isKnown ? KNOWN : []),
    ...(isChange ? CHANGE : []),
    ...(isKnown && isChange ? (['THANHLOC_ACCOUNT_CSRF'] as const) : []),
    ...(path.includes('{name}') || path.includes('{id}') ? (['THANHLOC_API_NOT_FOUND'] as const) : []),
    'THANHLOC_API_HOST',
    'THANHLOC_API_INTERNAL',
    ...route.refusals,
  ]
  const byStatus = new Map<string, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const status = String(PROBLEMS[code])
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return byStatus
}

/** Of every call whose caller must be known. */
const KNOWN = [
  'THANHLOC_API_TOKEN',
  'THANHLOC_ACCOUNT_TOKEN',
  'THANHLOC_ACCOUNT_SESSION',
  'THANHLOC_ACCOUNT_FORBIDDEN',
  'THANHLOC_API_UNAVAILABLE',
  'THANHLOC_ACCOUNTS_UNAVAILABLE',
] as const satisfies readonly ProblemCode[]

/** Of every call that changes something. */
const CHANGE = [
  'THANHLOC_API_ORIGIN',
  'THANHLOC_API_CONTENT_TYPE',
  'THANHLOC_API_TOO_LARGE',
] as const satisfies readonly ProblemCode[]

function problemResponse(codes: readonly ProblemCode[]): Response {
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const)
  return {
    description: codes.join(', '),
    content: { [PROBLEM_MEDIA]: { schema: PROBLEM_SCHEMA, examples: Object.fromEntries(examples) } },
  }
}
