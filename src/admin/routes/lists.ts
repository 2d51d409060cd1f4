/** `GET /lists`, `POST /lists/reload`, `GET /lookup`: what is blocked, and why. */
import { Type, type Static } from 'typebox'
import { parseAddress } from '../../config/address.ts'
import type { Settings } from '../../config/settings.ts'
import { withOrigins, type Justification } from '../../lists/basis.ts'
import { configuredLists } from '../../lists/configured.ts'
import type { Lookup } from '../../lists/desk.ts'
import type { ListsStatus } from '../../lists/status.ts'
import type { Admin } from '../app.ts'
import { ImportOriginShape } from '../import-schema.ts'
import { ListReport, listReport, Validity } from '../reports.ts'
import { ApiError } from '../problem.ts'
import { readListedName, Reason, responses, strict } from '../schema.ts'
import type { SharedEntry } from '../../review/shared-in-force.ts'
import type { AdminSources } from '../sources.ts'

/** Ten million names take ten seconds; a busy machine longer. */
const RELOAD_WAIT_MS = 120_000

const Owners = {
  least: Type.Integer({ description: 'owners of clean names that lead there, that one thread told of' }),
  most: Type.Integer({ description: 'that all told of; the same ones may be among them' }),
}
const Shared = Type.Object({ address: Type.String({ description: 'or network' }), ...Owners })
/** Told of one list. */
const SHARED_TOLD = 100

export const Lists = Type.Object({
  items: Type.Array(
    Type.Object({
      ...ListReport.properties,
      sharedAddresses: Type.Array(Shared, {
        description:
          'what it blocks although many clean names that are asked for here lead there (a CDN, shared hosting), the first 100; looked at once an hour, up to 10,000 addresses; lists of approvals have none, their imports are held for it',
      }),
    }),
  ),
  names: Type.Integer({ description: 'different names in force, over all lists' }),
  addresses: Type.Integer(),
  generation: Type.Integer({ description: 'of the snapshot in force' }),
  reloadSeconds: Type.Union([Type.Number(), Type.Null()]),
  error: Type.Union([Type.String(), Type.Null()], { description: 'why the last build as a whole failed' }),
  takesImports: Type.Array(Type.String(), {
    description: 'ids of lists that imports can be made for here: `approved: true`, and from no other node',
  }),
})

const Text = Type.Union([Type.String(), Type.Null()])
/** As `GET /lookup` gives it. */
export const Verdict = Type.Object({
  name: Type.String({ description: 'in lower-case A-labels, or the address' }),
  verdict: Type.String({ description: 'pass, log, block, allow' }),
  action: Type.Union([Type.String(), Type.Null()], {
    description: 'what is answered; null: nothing is blocked',
  }),
  trigger: Type.Union([Type.String(), Type.Null()], { description: 'qname, address' }),
  indicator: Text,
  indicatorKind: Text,
  list: Type.Union([Type.String(), Type.Null()], { description: 'the deciding one' }),
  lists: Type.Array(
    Type.Object({
      id: Type.String(),
      basis: Type.String(),
      campaign: Text,
      indicator: Type.String(),
      kind: Type.String(),
      action: Type.String(),
      document: Type.String({ description: 'number of the document the list came with; empty: none' }),
      issuer: Type.String(),
      issued: Text,
      from: Text,
      until: Text,
      validity: Validity,
      file: Type.Union(
        [
          Type.Object({
            path: Type.String(),
            sha256: Type.String({ description: 'of the version in force, hexadecimal' }),
            line: Type.Union([Type.Integer(), Type.Null()], {
              description: 'from 1; null: too long to look',
            }),
          }),
          Type.Null(),
        ],
        { description: 'where the entry stands; null: made by hand' },
      ),
      allowed: Type.Union(
        [Type.Object({ owner: Type.String(), reason: Type.String(), until: Text }), Type.Null()],
        { description: 'who answers for an allow entry of a file, why, until when; null: it is none' },
      ),
      imports: Type.Array(ImportOriginShape, {
        description: 'approvals it comes from, of a list with `approved: true`',
      }),
    }),
    { description: 'all that hold it, the longest match first' },
  ),
  heldBack: Type.Array(
    Type.Object({ list: Type.String(), line: Type.Integer(), text: Type.String(), reason: Type.String() }),
    { description: 'entries that a guard stopped and that would hold it' },
  ),
  isPaused: Type.Boolean(),
  group: Type.Union([Type.String(), Type.Null()], {
    description: 'group of `client`, under whose policy this is; null: that of all others',
  }),
  sharedBy: Type.Optional(
    Type.Union([Type.Object(Owners), Type.Null()], {
      description:
        'of an address that is blocked: owners of clean names that many of share it, as `sharedAddresses` of `/lists`; null: not known to be shared',
    }),
  ),
  override: Type.Union(
    [
      Type.Object({
        kind: Type.String(),
        name: Type.String(),
        reason: Type.String(),
        actor: Type.String(),
        createdAt: Type.String(),
        until: Text,
      }),
      Type.Null(),
    ],
    { description: 'made by hand, and lets it through' },
  ),
})

export function addListRoutes(app: Admin, { mail, settings, accounts, review }: AdminSources): void {
  app.get(
    '/lists',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['policy'],
        summary: 'Lists in order of precedence: state, counts, what was held back or refused',
        response: responses({ 200: Lists }),
      },
    },
    async () =>
      toAnswer(await mail.request<ListsStatus>('lists', 'lists/status'), settings(), review.shared.found),
  )

  app.post(
    '/lists/reload',
    {
      config: { access: 'list.change', refusals: ['THANHLOC_API_NOT_FOUND'] },
      schema: {
        tags: ['policy'],
        summary: 'Read lists again now; answered when the outcome is in force or was refused',
        body: strict({
          list: Type.Optional(
            Type.String({ minLength: 1, maxLength: 253, description: 'id; all lists when absent' }),
          ),
          force: Type.Optional(Type.Boolean({ description: 'take it although it is suspiciously small' })),
          reason: Type.Optional(Reason),
        }),
        response: responses({ 200: Lists }),
      },
    },
    async ({ body: { list, force, reason = '' }, caller }) => {
      if (list !== undefined && !configuredLists(settings()).some(({ id }) => id === list)) {
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no list "${list}" in the configuration.`)
      }
      const target = list === undefined ? '' : `list:${list}`
      accounts.record(caller, { action: 'list.change', target, reason, details: { force: force ?? false } })
      const asked = { id: list ?? null, force: force ?? false }
      const status = await mail.request<ListsStatus>('lists', 'lists/reload', asked, RELOAD_WAIT_MS)
      return toAnswer(status, settings(), review.shared.found)
    },
  )

  app.get(
    '/lookup',
    {
      config: { access: 'lookup', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['policy'],
        summary: 'What would be answered for a name or address, and which lists hold it',
        querystring: strict({
          name: Type.String({ minLength: 1, maxLength: 300, description: 'a name, or an address' }),
          client: Type.Optional(
            Type.String({ minLength: 2, maxLength: 60, description: 'address of who would ask' }),
          ),
        }),
        response: responses({ 200: Verdict }),
      },
    },
    async ({ query: { name, client } }) => {
      const address = parseAddress(name.trim())
      const asked = 'value' in address ? address.value : readListedName(name)
      const letter = { name: asked, client: readClient(client) }
      const found = await mail.request<Found>('lists', 'lists/lookup', letter)
      const shared = found.indicator === null ? null : review.shared.of(found.indicator)
      const told = withOrigins(found, (list, indicator) => review.origins(list, indicator))
      return { ...toVerdict(told), sharedBy: shared === null ? null : { ...shared.owners } }
    },
  )
}

function toAnswer(
  { lists, names, addresses, generation, reloadSeconds, error }: ListsStatus,
  { lists: configured }: Pick<Settings, 'lists'>,
  shared: readonly SharedEntry[],
): Static<typeof Lists> {
  const takesImports = configured
    .filter(({ approved, feed }) => approved && feed === null)
    .map(({ id }) => id)
  const items = lists.map((list) => ({ ...listReport(list), sharedAddresses: sharedOf(list.id, shared) }))
  return { items, names, addresses, generation, reloadSeconds, error, takesImports }
}

/** What of list `id` is shared, the most shared first. */
function sharedOf(id: string, shared: readonly SharedEntry[]): Static<typeof Shared>[] {
  return shared
    .filter(({ lists }) => lists.includes(id))
    .map(({ address, owners }) => ({ address, ...owners }))
    .toSorted((a, b) => b.most - a.most)
    .slice(0, SHARED_TOLD)
}

export type VerdictReport = Static<typeof Verdict>
/** What the list thread answers to `lists/lookup`. */
export type Found = Omit<Lookup, 'lists'> & Justification

export function toVerdict({ lists, heldBack, override, ...found }: Found): VerdictReport {
  return {
    ...found,
    lists: lists.map(({ imports, ...held }) => ({
      ...held,
      imports: imports.map((origin) => ({ ...origin, accepted: [...origin.accepted] })),
    })),
    heldBack: heldBack.map((entry) => ({ ...entry })),
    override: override === null ? null : { ...override },
  }
}

function readClient(text: string | undefined): string | null {
  if (text === undefined) return null
  const parsed = parseAddress(text)
  if ('problem' in parsed)
    throw new ApiError('THANHLOC_API_UNPROCESSABLE', `client "${text}" ${parsed.problem}`)
  return parsed.value
}
