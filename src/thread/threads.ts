/**
 * The worker threads, kept alive: one that dies is started again, at once the first time, later each time it dies
 * young; one whose heart stops is ended and so restarted. Part of main, where nothing may fail.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { CpuShare } from './cpu-share.ts'
import type { Letter, ThreadName } from './mail.ts'
import type { ThreadStart } from './shared-state.ts'

/**
 * Room for young objects, MB: three times a half space. What a thread is given it keeps, and a collection takes as long
 * as there is to be copied. `bin/thanhloc` says the same by a flag, for main and, over this, for every thread.
 */
const YOUNG_MB = 6

/** A thread that lived this long is restarted at once when it dies. */
const SETTLED_MS = 10_000
const FIRST_BACK_OFF_MS = 50
const MAX_BACK_OFF_MS = 5000

/** Bounds of a thread's heap: one that runs full ends that thread, not the process. */
export type HeapBounds = Readonly<Record<'resolver' | 'lists' | 'store' | 'control', number>>
const HEAP_MB: HeapBounds = { resolver: 1024, lists: 2048, store: 512, control: 512 }

/** Nobody waits for these at the start: they give way to the others from the first module they load on. */
const BEHIND: readonly string[] = ['control', 'store']
const GIVING_WAY = new URL('behind.ts', import.meta.url).href

export interface ThreadStatus {
  readonly name: ThreadName
  readonly restarts: number
  /** RFC 3339. */
  readonly startedAt: string
  readonly lastError: string | null
}

/** What main needs to know of a thread's life. */
export interface ThreadEvents {
  /** What the thread gets when it starts; called anew for each start. */
  begin(name: ThreadName): ThreadStart
  letter(letter: Letter): void
  /** The thread is gone: `error` is null when it ended by itself. Called before any restart. */
  ended(name: ThreadName, error: string | null, restartInMs: number): void
}

interface Thread {
  worker: Worker | null
  startedMs: number
  startedWallMs: number
  restarts: number
  backOffMs: number
  lastError: string | null
  timer: NodeJS.Timeout | null
  cpu: CpuShare | null
}

export class Threads {
  readonly #entries: (name: ThreadName) => URL
  readonly #events: ThreadEvents
  readonly #clock: Clock
  readonly #heapMb: HeapBounds
  readonly #threads = new Map<ThreadName, Thread>()
  #isStopping = false

  constructor(entries: (name: ThreadName) => URL, events: ThreadEvents, clock: Clock, heapMb = HEAP_MB) {
    this.#entries = entries
    this.#events = events
    this.#clock = clock
    this.#heapMb = heapMb
  }

  start(name: ThreadName): void {
    const thread = this.#threads.get(name) ?? {
      worker: null, startedMs: 0, startedWallMs: 0, restarts: 0, backOffMs: 0, lastError: null, timer: null,
      cpu: null,
    } // prettier-ignore
    this.#threads.set(name, thread)
    thread.startedMs = this.#clock.monotonicMs()
    thread.startedWallMs = this.#clock.wallMs()
    let worker: Worker
    try {
      worker = this.#spawn(name)
    } catch (thrown) {
      // Out of descriptors or memory, say. An error here would end the process; later there may be some.
      return this.#exited(name, thread, textOf(thrown))
    }
    thread.worker = worker
    thread.cpu = new CpuShare(worker, this.#clock)
    let error: string | null = null
    worker.on('message', (letter: Letter) => this.#events.letter(letter))
    worker.on('error', (thrown) => (error = textOf(thrown)))
    worker.on('exit', (code) =>
      this.#exited(name, thread, error ?? (code === 0 ? null : `exit code ${code}`)),
    )
  }

  /** The thread's port, or undefined while it is down. */
  port(name: ThreadName): Worker | undefined {
    return this.#threads.get(name)?.worker ?? undefined
  }

  /** The share of a core a thread uses (see CpuShare); 0 while it is down. */
  cpuShare(name: ThreadName): number {
    return this.#threads.get(name)?.cpu?.look() ?? 0
  }

  /** Ends a thread that no longer moves; it is then restarted like one that died. */
  replace(name: ThreadName): void {
    void this.#threads.get(name)?.worker?.terminate()
  }

  /** From now on a thread that ends stays ended. */
  stopRestarting(): void {
    this.#isStopping = true
    for (const { timer } of this.#threads.values()) if (timer) clearTimeout(timer)
  }

  async terminateAll(): Promise<void> {
    this.stopRestarting()
    await Promise.all([...this.#threads.values()].map(async ({ worker }) => worker?.terminate()))
  }

  status(): ThreadStatus[] {
    return [...this.#threads].map(([name, { restarts, startedWallMs, lastError }]) => ({
      name,
      restarts,
      startedAt: new Date(startedWallMs).toISOString(),
      lastError,
    }))
  }

  #spawn(name: ThreadName): Worker {
    const kind = name.replace(/-\d+$/, '') as keyof HeapBounds
    return new Worker(this.#entries(name), {
      name,
      workerData: this.#events.begin(name),
      ...(BEHIND.includes(kind) && { execArgv: ['--import', GIVING_WAY] }),
      resourceLimits: {
        maxOldGenerationSizeMb: this.#heapMb[kind],
        maxYoungGenerationSizeMb: YOUNG_MB,
      },
    })
  }

  #exited(name: ThreadName, thread: Thread, error: string | null): void {
    thread.worker = null
    thread.cpu = null
    thread.lastError = error ?? thread.lastError
    if (this.#isStopping) return this.#events.ended(name, error, -1)
    const isSettled = this.#clock.monotonicMs() - thread.startedMs >= SETTLED_MS
    thread.backOffMs = isSettled
      ? 0
      : Math.min(MAX_BACK_OFF_MS, Math.max(FIRST_BACK_OFF_MS, thread.backOffMs * 2))
    const delay = thread.restarts === 0 ? 0 : thread.backOffMs
    thread.restarts++
    this.#events.ended(name, error, delay)
    thread.timer = setTimeout(() => this.start(name), delay)
  }
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
