/**
 * The main thread of `serve`: opens the sockets, owns the shared memory and the signals, starts, watches and restarts
 * the other threads, passes their letters on. Nothing else: an error here would end the process.
 */
import { NetworkSet } from './access/networks.ts'
import { systemClock } from './clock.ts'
import { formatEndpoint } from './config/address.ts'
import type { LoadRequest } from './config/load.ts'
import type { Endpoint, Settings } from './config/settings.ts'
import { takeOver, type TakenOver } from './config/take-over.ts'
import type { ControlStart } from './control.ts'
import { drainNow } from './log/drain.ts'
import { createLog, type Logger } from './log/log.ts'
import { openStandardOutput } from './log/output.ts'
import { decideDatagrams, type Decision } from './net/choose.ts'
import { DescriptorTable } from './net/descriptors.ts'
import { Gathering, LOOK_MS } from './net/gathering.ts'
import { Listeners, type HandedOver, type ListenAddress } from './net/listeners.ts'
import { closeSocket, isWildcard } from './net/sockets.ts'
import { SecureRandom } from './random.ts'
import { selfQuery } from './service/self-name.ts'
import { askItself } from './service/self-query.ts'
import { Service } from './service/service.ts'
import { collectGarbage } from './thread/collect.ts'
import { ControlWords } from './thread/control-words.ts'
import { DataLockError, lockData } from './thread/data-lock.ts'
import { threadEntries } from './thread/entry.ts'
import { Hearts } from './thread/hearts.ts'
import { releaseHitTable } from './thread/hit-table.ts'
import { LogRingReader, LogRingWriter } from './thread/log-ring.ts'
import type { ThreadName } from './thread/mail.ts'
import { PostOffice } from './thread/post-office.ts'
import {
  allocateSharedState,
  threadNames,
  type ResolverStart,
  type SharedState,
  type ThreadStart,
} from './thread/shared-state.ts'
import { Threads, type HeapBounds } from './thread/threads.ts'

const INTERFACES_MS = 2000
const HEARTBEAT_MS = 1000
/** Each step of the shutdown; all together stay below the ten seconds container engines give. */
const STEP_MS = 2500
/** Ten million names take six seconds. */
const RELOAD_MS = 60_000

export interface SupervisorOptions {
  /** What was found wanting while the settings were read; goes to the log. */
  readonly warnings?: readonly string[]
  /** How to load the settings again. */
  readonly load?: LoadRequest
  /** The module of each thread; tests put faulty ones here. */
  readonly entries?: (name: ThreadName) => URL
  /** Bounds of the threads' heaps, MB; tests fill small ones. */
  readonly heapMb?: HeapBounds
  /** How often the hearts of the resolver threads are looked at; tests do not wait ten seconds. */
  readonly heartbeatMs?: number
}

export class Supervisor {
  readonly #listeners: Listeners
  readonly #decision: Decision
  readonly #shared: SharedState
  readonly #words: ControlWords
  readonly #threads: Threads
  readonly #post: PostOffice
  readonly #service: Service
  readonly #log: Logger
  readonly #resolvers: readonly ThreadName[]
  readonly #hearts: Hearts
  readonly #timers: NodeJS.Timeout[] = []
  readonly #warnings: readonly string[]
  readonly #load: LoadRequest | undefined
  readonly #heartbeatMs: number
  #settings: Settings
  #unlock: () => void = () => {}
  /** Why addresses of the machine could not be bound at the last look. */
  #unbound: readonly string[] = []
  #ready = new Map<string, unknown>()
  #hasSaidReady = false
  /** A wildcard has no sockets at the moment: see #listenOnEach. */
  #isRebinding = false
  #stopping: Promise<void> | null = null

  constructor(settings: Settings, options: SupervisorOptions = {}) {
    this.#settings = settings
    this.#warnings = options.warnings ?? []
    this.#load = options.load
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
    this.#shared = allocateSharedState(settings.workers, new SecureRandom())
    this.#words = new ControlWords(this.#shared.control, settings.workers)
    // Before the sockets are opened: which are right depends on who reads them.
    this.#decision = decideDatagrams(settings)
    this.#listeners = new Listeners(settings.workers, this.#decision.eachBecause === null)
    this.#log = createLog('main', new LogRingWriter(this.#shared.logRings['main']!), settings.log.level)
    this.#resolvers = threadNames(settings.workers).filter((name) => name.startsWith('resolver-'))
    this.#hearts = new Hearts(this.#words, settings.workers)
    this.#threads = new Threads(
      options.entries ?? this.#entries(),
      {
        begin: (name) => this.#begin(name),
        letter: (letter) => this.#post.pass(letter),
        ended: (name, error, restartInMs) => this.#ended(name, error, restartInMs),
      },
      systemClock,
      options.heapMb,
    )
    this.#post = new PostOffice((name) => this.#threads.port(name), this.#resolvers)
    const query = selfQuery(this.#shared.loopToken)
    this.#service = new Service({
      environment: process.env,
      words: this.#words,
      workers: settings.workers,
      ask: (timeoutMs) =>
        askItself(query, this.endpoints, new NetworkSet(this.#settings.access.networks), timeoutMs),
      summary: () => this.#post.mailbox.request<string>('control', 'control/summary'),
      clock: systemClock,
      log: this.#log,
    })
  }

  #entries(): (name: ThreadName) => URL {
    const { notBuilt, fileOf } = threadEntries(import.meta.dirname)
    if (notBuilt !== null)
      this.#log.warn(
        { reason: notBuilt },
        'resolvers run from src, slower than from src/built: npm run generate',
      )
    return fileOf
  }

  /** Where clients are to ask. */
  get endpoints(): Endpoint[] {
    return this.#listeners.endpoints.filter(({ isBypass }) => isBypass !== true)
  }

  /** Every address that is listened on. */
  get #listening(): ListenAddress[] {
    const { listen, bypass } = this.#settings
    return [...listen, ...bypass.listen.map((endpoint) => ({ ...endpoint, isBypass: true }))]
  }

  /** Rejects with DataLockError or ListenError, having changed nothing. */
  async start(): Promise<void> {
    this.#lockData()
    try {
      this.#unbound = await this.#listeners.open(this.#listening)
    } catch (error) {
      this.#unlock()
      throw error
    }
    // Told to stop while it was binding: nothing is to be started any more.
    if (this.#stopping) return
    this.#resolvers.forEach((_, worker) => this.#words.forget(worker))
    this.#answerLetters()
    for (const name of threadNames(this.#settings.workers)) this.#threads.start(name)
    for (const warning of [...this.#warnings, ...this.#unbound]) this.#log.warn(warning)
    const { reason, eachBecause } = this.#decision
    if (reason !== null) this.#log.warn({ reason }, 'packets are read one by one')
    if (eachBecause !== null && this.#listening.some(({ address }) => isWildcard(address)))
      this.#log.info({ reason: eachBecause }, 'a wildcard listen address takes a socket for each address')
    // No interfaces to be read, no descriptors left: an error nobody caught would end the process.
    const cannotFollow = (error: unknown): void =>
      this.#log.error({ error }, 'the addresses of this machine could not be followed')
    const granted = this.#listeners.receiveBufferBytes
    if (granted > 0) this.#log.info({ receiveBufferBytes: granted }, 'receive buffer granted')
    this.#timers.push(
      setInterval(() => void this.#followInterfaces().catch(cannotFollow), INTERFACES_MS),
      setInterval(() => this.#watchHearts(), this.#heartbeatMs),
    )
    if (this.#resolvers.length > 1) this.#gather()
  }

  /** Sends queries to as few threads as can do the work. */
  #gather(): void {
    const gathering = new Gathering({
      workers: this.#resolvers.length,
      cpuShare: (worker) => this.#threads.cpuShare(this.#resolvers[worker]!),
      isAnswering: (worker) => this.#words.isAnswering(worker),
      steer: (worker) => this.#listeners.steer(worker),
    })
    const timer = setInterval(() => {
      try {
        gathering.look()
      } catch (error) {
        // Kernels may be built without it: then the kernel spreads them for good.
        clearInterval(timer)
        this.#log.warn({ error }, 'queries go to all resolver threads, however few they are')
      }
    }, LOOK_MS)
    this.#timers.push(timer)
  }

  /** A disk that is full or has failed costs the lock, not the start. */
  #lockData(): void {
    try {
      this.#unlock = lockData(this.#settings.store.path)
    } catch (error) {
      if (!(error instanceof DataLockError && error.isDiskFault)) throw error
      this.#log.error({ reason: error.message }, 'the data directory cannot be locked: going on without')
    }
  }

  /** Rereads configuration and lists (SIGHUP). */
  reload(): void {
    const { mailbox } = this.#post
    this.#service.reloading(
      Promise.allSettled([
        mailbox.request('control', 'reload', null, RELOAD_MS),
        mailbox.request('lists', 'lists/reload', {}, RELOAD_MS),
      ]),
    )
  }

  /** Answers what is in flight, writes every hit and every log line, frees everything. Safe to call twice. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  async #stop(): Promise<void> {
    this.#log.info('stopping')
    this.#service.stopping()
    for (const timer of this.#timers) clearInterval(timer)
    this.#threads.stopRestarting()
    const ask = (name: ThreadName): Promise<unknown> =>
      this.#post.mailbox.request(name, 'shutdown', null, STEP_MS).catch((error: Error) => {
        this.#log.error({ error }, 'a thread did not shut down in order')
      })
    // Resolvers first, so that their last hits are in the tables when the store drains them.
    await Promise.all(this.#resolvers.map(ask))
    await Promise.all([ask('store'), ask('lists')])
    await ask('control')
    await this.#threads.terminateAll()
    this.#service.close()
    this.#unlock()
    this.#log.info('stopped')
    this.#printLog()
  }

  /** The control thread's work, while there is none. Waits at most `patienceMs` for a reader that has stalled. */
  #printLog(patienceMs?: number): void {
    const rings = Object.entries(this.#shared.logRings).map(([thread, memory]) => ({
      thread,
      reader: new LogRingReader(memory),
    }))
    const output = openStandardOutput()
    drainNow(rings, output, patienceMs)
    output.close()
  }

  #begin(name: ThreadName): ThreadStart | ResolverStart | ControlStart {
    const worker = this.#resolvers.indexOf(name)
    const start: ThreadStart = { name, index: worker, settings: this.#settings, shared: this.#shared }
    if (worker >= 0) {
      // The thread follows, for the sockets it gets depend on it.
      const settings = { ...this.#settings, datagrams: this.#decision.datagrams }
      return { ...start, settings, sockets: this.#listeners.handOver(worker) }
    }
    return name === 'control' && this.#load ? { ...start, load: this.#load } : start
  }

  #ended(name: ThreadName, error: string | null, restartInMs: number): void {
    const worker = this.#resolvers.indexOf(name)
    if (worker >= 0) {
      this.#words.forget(worker)
      new DescriptorTable(this.#shared.descriptors[worker]!).closeAll(closeSocket)
      releaseHitTable(this.#shared.hitTables[worker]!)
    }
    if (restartInMs >= 0) this.#log.error({ name, error, restartInMs }, 'a thread died and is restarted')
    // A control thread that dies again and again prints nothing, not even why.
    if (name === 'control' && restartInMs > 0) this.#printLog(0)
  }

  #answerLetters(): void {
    const { mailbox } = this.#post
    mailbox.on('supervisor/status', () => ({
      threads: this.#threads.status(),
      selfQuery: this.#service.selfQuery,
    }))
    mailbox.on('supervisor/settings', (body) => this.#apply((body as { settings: Settings }).settings))
    mailbox.on('resolver/portable', (body) => this.#listenOnEach(body as string))
    for (const part of ['resolver/ready', 'lists/ready', 'control/ready']) {
      mailbox.on(part, (body, from) => {
        this.#ready.set(from, body)
        this.#sayReady()
      })
    }
  }

  /** Once everything answers: the one line that scripts wait for. */
  #sayReady(): void {
    const have = (names: readonly string[]): boolean => names.every((name) => this.#ready.has(name))
    if (this.#hasSaidReady || this.#isRebinding || !have(this.#resolvers)) return
    this.#service.answers()
    if (!have(['lists', 'control'])) return
    this.#hasSaidReady = true
    collectGarbage()
    const bypass = this.#listeners.endpoints.filter(({ isBypass }) => isBypass === true).map(formatEndpoint)
    this.#log.info({ listen: this.endpoints.map(formatEndpoint), ...(bypass.length > 0 && { bypass }), ...(this.#ready.get(this.#resolvers[0]!) as object), ...(this.#ready.get('lists') as object), ...(this.#ready.get('control') as object) }, 'ready') // prettier-ignore
    this.#service.ready()
  }

  /** Passes new settings on; says which keys took effect and which wait for a restart. */
  #apply(changed: Settings): Pick<TakenOver, 'applied' | 'needsRestart'> {
    const { settings, applied, needsRestart } = takeOver(this.#settings, changed)
    this.#settings = settings
    this.#log.level = settings.log.level
    for (const name of threadNames(settings.workers)) this.#post.mailbox.tell(name, 'settings', settings)
    return { applied, needsRestart }
  }

  async #followInterfaces(): Promise<void> {
    const { added, removed, failed } = await this.#listeners.refresh()
    // A thread has not yet let go of the wildcard.
    if (this.#isRebinding && added.length === 0 && failed.length > 0) return
    // Once each, however long it lasts.
    for (const reason of failed) if (!this.#unbound.includes(reason)) this.#log.warn(reason)
    this.#unbound = failed
    if (added.length > 0 || removed.length > 0) {
      this.#log.info({ added, removed }, 'listen addresses changed')
      this.#resolvers.forEach((name, worker) => {
        if (!this.#threads.port(name)) return
        this.#post.mailbox.tell(name, 'sockets', { added: this.#listeners.handOver(worker, added), removed })
      })
    }
    this.#isRebinding = false
    this.#sayReady()
  }

  /** A thread reads datagrams one by one, against the decision: it cannot answer on sockets for all addresses. */
  #listenOnEach(reason: string): void {
    const removed = this.#listeners.giveUpOneForAll()
    if (removed.length === 0) return
    this.#log.warn({ reason }, 'a wildcard listen address takes a socket for each address')
    this.#isRebinding = true
    const none: HandedOver = { udp: [], tcp: [] }
    this.#post.mailbox.tell('resolvers', 'sockets', { added: none, removed })
  }

  #watchHearts(): void {
    for (const worker of this.#hearts.look()) {
      const name = this.#resolvers[worker]!
      this.#log.error({ name }, 'a resolver thread does not move: replacing it')
      this.#threads.replace(name)
    }
  }
}
