/**
 * The store thread: the one writer of the database. Empties the hit tables into it, writes the log of blocked
 * lookups, answers for its state. Nothing waits for it; when it dies the next one goes on where it stood.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { ACCOUNTS_FILE } from './accounts/schema.ts'
import { systemClock } from './clock.ts'
import type { Settings } from './config/settings.ts'
import { BelievedClock, lastKnownMs } from './detection/believed-clock.ts'
import { BlockLines } from './detection/block-lines.ts'
import { BlockLog } from './detection/block-log.ts'
import type { ContactLetter } from './detection/contact-commit.ts'
import { ContactIntake } from './detection/contact-intake.ts'
import { Casework } from './detection/cases/casework.ts'
import { DRAIN_MS, HitCollector } from './detection/hit-collector.ts'
import { IdentityIntake, type BindingsLetter, type RegisterLetter } from './detection/identity-intake.ts'
import { EntryBases } from './detection/entry-bases.ts'
import { ListRegistry, type RegisteredList } from './detection/list-registry.ts'
import { StoreWriter } from './detection/store-writer.ts'
import { InfoLines } from './log/info-lines.ts'
import { createLog } from './log/log.ts'
import { IMPORTS_FILE } from './review/schema.ts'
import { collectGarbage } from './thread/collect.ts'
import { giveWay } from './thread/give-way.ts'
import { LogRingWriter } from './thread/log-ring.ts'
import { Mailbox } from './thread/mail.ts'
import type { ThreadStart } from './thread/shared-state.ts'

/** Below the step main grants, so that its answer still arrives. */
const SHUTDOWN_MS = 1800
/** How long the first drain waits for the names of the lists; later their hits are kept under `#number`. */
const REGISTRY_WAIT_MS = 2000
/** A file of another node's approvals is read through for them. */
const ORIGINS_WAIT_MS = 30_000

const { settings, shared } = workerData as ThreadStart
const ring = new LogRingWriter(shared.logRings['store']!)
const log = createLog('store', ring, settings.log.level)
const mailbox = new Mailbox(parentPort!, 'store')
const files = [settings.file, ...settings.lists.map(({ path }) => path)].filter((path) => path !== null)
const clock = new BelievedClock(systemClock, () => lastKnownMs(settings.store.path, files), log)
const registry = new ListRegistry()
registry.follow(settings)
const casework = new Casework({
  directory: settings.store.path,
  settings,
  clock,
  log,
  beside: [ACCOUNTS_FILE, IMPORTS_FILE],
})
const writer = new StoreWriter({
  directory: settings.store.path,
  registry,
  clock,
  log,
  nodeName: settings.server.id,
  routers: routersOf(settings),
  openWitness: casework.openWitness,
  isHeld: () => casework.isHeld,
})
casework.attach(writer)
const intake = new IdentityIntake(writer, clock, log)
const contacts = new ContactIntake(writer, settings, clock, log)
const bases = new EntryBases({
  registry,
  ask: (entries) => mailbox.request('control', 'imports/origins', entries, ORIGINS_WAIT_MS),
  save: (found) => writer.saveBases(found),
  clock,
  log,
})
const blockLines = new BlockLines(registry, new InfoLines('store', ring, log), bases)
const blockLog = new BlockLog(clock, log, blockLines)
const collector = new HitCollector(shared.hitTables, writer, blockLog, clock, log, (ms) => clock.date(ms))

let stopTicks: () => void = () => {}
let isClosed = false
let routers = routersOf(settings)

mailbox.on('store/status', () => collector.status())
mailbox.on('lists/registry', (body) => registry.register(body as RegisteredList[]))
mailbox.on('identity/bindings', (body) => intake.bindings(body as BindingsLetter))
mailbox.on('identity/register', (body) => intake.register(body as RegisterLetter))
mailbox.on('store/peer-hits', async (body) => {
  const { readPeerPage } = await import('./detection/peer-page.ts')
  return writer.applyPeerPage(readPeerPage(body))
})
mailbox.on('contacts/keep', (body) => {
  // The hit that led there first.
  collector.tick()
  return contacts.keep(body as ContactLetter)
})
mailbox.on('contacts/at', (body) => contacts.at((body as { readonly address: string }).address))
mailbox.on('store/hold', (body) => casework.setHold(body))
mailbox.on('store/release-hold', (body) => casework.releaseHold(body))
mailbox.on('store/backup', (body) => casework.beginBackup(body))
mailbox.on('store/upkeep', () => ({ ...casework.keeping, isHeld: casework.isHeld, backup: casework.backup }))
mailbox.on('cases/change', (body) => casework.change(body))
mailbox.on('cases/silence', (body) => casework.silence(body))
mailbox.on('cases/listed-units', (body) => casework.setListed(body))
mailbox.on('settings', (body) => {
  const changed = body as Settings
  log.level = changed.log.level
  registry.follow(changed)
  casework.configure(changed)
  contacts.configure(changed)
  const before = String(routers)
  routers = routersOf(changed)
  if (String(routers) !== before) lookForRouters()
})
mailbox.on('shutdown', () => {
  stopTicks()
  isClosed = true
  casework.flush()
  const isEmpty = collector.finish(SHUTDOWN_MS)
  if (!isEmpty) log.error({ pending: collector.status().pending }, 'hits could not be written before the end')
  return { isEmpty }
})

try {
  registry.register(
    await mailbox.request<RegisteredList[]>('lists', 'lists/registry', null, REGISTRY_WAIT_MS),
  )
} catch (error) {
  if (registry.size === 0) log.debug({ error }, 'the names of the lists are not known yet')
}
collectGarbage()
giveWay(log)
if (!isClosed) {
  stopTicks = clock.every(DRAIN_MS, () => {
    collector.tick()
    bases.tick()
    intake.tick()
    casework.tick()
  })
  lookForRouters()
}

/** A forwarder stands for the machines it does not name. */
function routersOf({ identity }: Settings): readonly string[] {
  return [...identity.routers, ...identity.forwarders.networks]
}

/** What the configuration says of routers may have changed since clients were looked at last. */
function lookForRouters(): void {
  writer.setRouters(routers)
  intake
    .refreshClients()
    .catch((error: unknown) =>
      log.error({ error }, 'clients were not looked at anew after a change of routers'),
    )
}
