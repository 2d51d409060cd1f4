/** `/backup`: a copy of the databases while the server runs. Begun, then looked after: it takes as long as it takes. */
import { Type } from 'typebox'
import type { BackupEnd, BackupProgress } from '../../detection/cases/backup.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { askStore } from '../store-letter.ts'

const Running = Type.Object({
  path: Type.String(),
  bytes: Type.Integer({ description: 'written so far' }),
  expectedBytes: Type.Integer({ description: 'about how many there will be' }),
})

const Last = Type.Object({
  path: Type.String(),
  at: { ...Time, description: 'when it ended' },
  reason: Type.Union([Type.String(), Type.Null()], { description: 'why it was not written; null: it is' }),
  bytes: Type.Integer(),
  clients: Type.Integer(),
  cases: Type.Integer(),
  hits: Type.Integer(),
  parts: Type.Array(Type.String(), { description: 'databases in it beside `thanhloc.db`' }),
})

export const Backups = Type.Object({
  running: Type.Union([Running, Type.Null()]),
  last: Type.Union([Last, Type.Null()]),
})

export function addBackupRoutes(app: Admin, { mail, accounts }: AdminSources): void {
  app.get(
    '/backup',
    {
      config: { access: 'backup' },
      schema: {
        tags: ['keeping'],
        summary: 'The backup that is being written, and how the last one since the start ended',
        response: responses({ 200: Backups }),
      },
    },
    async () => {
      const { backup } = await mail.request<{
        readonly backup: { readonly running: BackupProgress | null; readonly last: BackupEnd | null }
      }>('store', 'store/upkeep')
      const { running, last } = backup
      return { running, last: last === null ? null : toLast(last) }
    },
  )

  app.post(
    '/backup',
    {
      config: { access: 'backup', refusals: ['THANHLOC_API_CONFLICT', 'THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['keeping'],
        summary: 'Begin to write a backup of machines, cases, accounts and audit trail, on the server itself',
        body: strict({
          path: Type.Optional(
            Type.String({
              minLength: 2,
              maxLength: 4096,
              pattern: '^/',
              description: 'by the socket alone; else under `backups` in the data directory, by the time',
            }),
          ),
          replaces: Type.Optional(
            Type.Boolean({ default: false, description: 'a backup that is there makes way' }),
          ),
          reason: Type.Optional(Reason),
        }),
        response: responses({ 202: Running }),
      },
    },
    async ({ body: { path, replaces = false, reason = '' }, caller }, reply) => {
      // Who may write where the server may is who may open its socket.
      if (path !== undefined && caller.principal.kind !== 'socket') {
        const detail = 'Only by the socket in the data directory can a path be named: ask without it.'
        throw new ApiError('THANHLOC_ACCOUNT_FORBIDDEN', detail)
      }
      accounts.record(caller, { action: 'backup', target: path ?? 'backups', reason, details: { replaces } })
      const begun = await askStore<BackupProgress>(mail, 'store/backup', { path: path ?? null, replaces })
      return reply.code(202).send({ ...begun })
    },
  )
}

function toLast({ path, atMs, reason, done }: BackupEnd) {
  const { bytes = 0, clients = 0, cases = 0, hits = 0, parts = [] } = done ?? {}
  return { path, at: timeText(atMs), reason, bytes, clients, cases, hits, parts: [...parts] }
}
