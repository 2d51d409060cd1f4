/**
 * The list thread: reads, compiles and watches lists, holds single edits, and explains verdicts. Resolver threads only
 * ever see finished snapshots; whatever goes wrong here leaves the one in force as it is.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from './clock.ts'
import type { Settings } from './config/settings.ts'
import { ListDesk } from './lists/desk.ts'
import type { EnforcedFormat } from './lists/enforced-formats.ts'
import { createLog } from './log/log.ts'
import { SecureRandom } from './random.ts'
import { giveWay } from './thread/give-way.ts'
import { LogRingWriter } from './thread/log-ring.ts'
import { Mailbox } from './thread/mail.ts'
import type { ThreadStart } from './thread/shared-state.ts'

interface AllowRequest {
  readonly name: string
  readonly reason: string
  readonly forMs: number | null
  readonly actor: string
}

const { settings, shared } = workerData as ThreadStart
const log = createLog('lists', new LogRingWriter(shared.logRings['lists']!), settings.log.level)
const mailbox = new Mailbox(parentPort!, 'lists')

const desk = new ListDesk(settings, shared, systemClock, new SecureRandom(), log, {
  // Resolver threads look at the generation; the letter only wakes those that have nothing to do.
  published: () => mailbox.tell('resolvers', 'policy'),
  registered: (lists) => mailbox.tell('store', 'lists/registry', lists),
})

mailbox.on('lists/status', () => desk.status())
mailbox.on('lists/registry', () => desk.registry())
mailbox.on('lists/reload', (body) => {
  const { id = null, force = false } = (body ?? {}) as { id?: string | null; force?: boolean }
  return desk.reload(id, force)
})
mailbox.on('lists/allow', (body) => {
  const { name, reason, forMs, actor } = body as AllowRequest
  return desk.edits.allow(name, reason, forMs, actor)
})
mailbox.on('lists/allow-remove', (body) => {
  const { name, actor } = body as Pick<AllowRequest, 'name' | 'actor'>
  return desk.edits.remove(name, actor)
})
mailbox.on('lists/overrides', () => desk.edits.list())
mailbox.on('lists/lookup', (body) => {
  const { name, client } = body as { name: string; client: string | null }
  return desk.justified(name, client)
})
mailbox.on('lists/standings', (body) => desk.standings((body as { indicators: string[] }).indicators))
mailbox.on('lists/origins', (body) => {
  const { list, indicators } = body as { list: string; indicators: string[] }
  return desk.origins(list, indicators)
})
mailbox.on('lists/enforced', (body) => desk.enforced((body as { format: EnforcedFormat }).format))
mailbox.on('lists/pause', (body) => {
  const { forMs, reason, actor, whom } = body as {
    forMs: number
    reason: string
    actor: string
    whom: string
  }
  return desk.edits.setPause(forMs, reason, actor, whom)
})
mailbox.on('settings', (body) => {
  const changed = body as Settings
  log.level = changed.log.level
  return desk.configure(changed)
})
mailbox.on('shutdown', () => desk.close())

await desk.start()
// At the start everybody waits for it; from now on nobody does.
giveWay(log)
mailbox.tell('main', 'lists/ready', { names: desk.names, addresses: desk.addresses })
await desk.update()
