/** `GET /export/{what}`: everything as a file, however much it is: a page is read when the one before has been taken. */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { headText } from '../../accounts/audit-entry.ts'
import { actorOf } from '../../accounts/principal.ts'
import { exportCases, exportClients, exportContacts } from '../../detection/cases/export.ts'
import type { Admin } from '../app.ts'
import { BYTE_ORDER_MARK, csvLine } from '../csv.ts'
import {
  CASE_COLUMNS,
  CLIENT_COLUMNS,
  CONTACT_COLUMNS,
  HIT_COLUMNS,
  type Columns,
} from '../export-columns.ts'
import { readTime, responses, strict } from '../schema.ts'
import { scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'

const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })
const TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const
type Format = keyof typeof TYPES

export function addExportRoutes(app: Admin, { clients, cases, hits, accounts, log }: AdminSources): void {
  app.get(
    '/export/:what',
    {
      config: { access: 'export' },
      schema: {
        tags: ['cases'],
        summary:
          'All clients, cases, hits or contacts of the units the caller is responsible for, as CSV or NDJSON',
        params: strict({
          what: Type.Enum(['clients', 'cases', 'hits', 'contacts']),
        }),
        querystring: strict({
          format: Type.Optional(
            Type.Union([Type.Literal('csv'), Type.Literal('ndjson')], { default: 'csv' }),
          ),
          since: Type.Optional(Moment),
          until: Type.Optional(Moment),
          unit: Type.Optional(
            Type.String({ minLength: 1, maxLength: 253, description: 'units under it included' }),
          ),
        }),
        response: responses({
          200: Type.Any({ description: 'the file: text/csv, or application/x-ndjson' }),
        }),
      },
    },
    ({ params: { what }, query: { format = 'csv', since, until, unit }, caller }, reply) => {
      const filter = {
        unit,
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
        ...scopeOf(caller, 'export'),
      }
      const open = {
        clients: () => textOf(exportClients(clients, filter), CLIENT_COLUMNS, format),
        cases: () => textOf(exportCases(cases, filter), CASE_COLUMNS, format),
        hits: () => textOf(hits(filter), HIT_COLUMNS, format),
        contacts: () => textOf(exportContacts(clients, filter), CONTACT_COLUMNS, format),
      }
      const text = open[what]()
      // Read before the answer begins: what cannot be read now is an error, not an empty file.
      const first = text.next()
      const details = { format, since, until, unit }
      const entry = accounts.record(caller, { action: 'export', target: what, details })
      const head = entry === null ? null : headText(entry)
      log.info({ what, actor: actorOf(caller.principal), head }, 'data were exported')
      return reply
        .header('content-type', TYPES[format])
        .header('content-disposition', `attachment; filename="${what}.${format}"`)
        .send(Readable.from(rest(first, text), { objectMode: false }))
    },
  )

  function* rest(first: IteratorResult<string>, text: Generator<string>): Generator<string> {
    try {
      if (first.done !== true) yield first.value
      yield* text
    } catch (error) {
      // The caller sees that the file breaks off.
      log.error({ error }, 'an export broke off')
      throw error
    }
  }
}

/** The rows as text, a page at a time; CSV begins with the names of its columns. */
function* textOf<Row>(
  pages: Iterable<readonly Row[]>,
  columns: Columns<Row>,
  format: Format,
): Generator<string> {
  const fields = Object.entries(columns)
  let before = format === 'csv' ? BYTE_ORDER_MARK + csvLine(fields.map(([name]) => name)) : ''
  for (const page of pages) {
    const lines = page.map((row) =>
      format === 'csv'
        ? csvLine(fields.map(([, read]) => read(row)))
        : `${JSON.stringify(Object.fromEntries(fields.map(([name, read]) => [name, read(row)])))}\n`,
    )
    yield before + lines.join('')
    before = ''
  }
  if (before !== '') yield before
}
