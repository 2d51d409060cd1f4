/** The register of machines as a source: its fixed addresses as bindings, its entries for whoever shows a machine. */
import type { AddressBook } from './address-book.ts'
import type { Asset } from './assets.ts'
import type { Breath } from './breath.ts'
import { readInChunks } from './file-chunks.ts'
import { registerFormat, RegisterReader } from './register.ts'
import type { Seen, SourceHistory } from './source-history.ts'
import { WatchedFile, type FileContext, type Reading, type SourceStatus } from './watched-file.ts'

const GRACE_MS = 60_000

/** An entry of YAML costs more than a lease: smaller pieces. */
const PIECE_BYTES = 4096

export class RegisterSource {
  readonly id: string
  readonly file: WatchedFile
  readonly #path: string
  readonly #history: SourceHistory
  readonly #context: FileContext
  readonly #taken: (assets: readonly Asset[]) => void
  #byKey: ReadonlyMap<string, Asset> = new Map()
  #lastAtMs: number | null = null

  /** `taken` gets all entries each time the file was read. */
  constructor(
    path: string,
    book: AddressBook,
    context: FileContext,
    taken: (assets: readonly Asset[]) => void,
  ) {
    this.id = registerSourceId(path)
    this.#path = path
    this.#context = context
    this.#taken = taken
    this.file = new WatchedFile([path], context)
    this.#history = book.open(this.id, { source: 'register', graceMs: GRACE_MS, canExpire: () => false })
  }

  /** The entry with this MAC or address, or null. */
  find(key: string): Asset | null {
    return this.#byKey.get(key) ?? null
  }

  status(): SourceStatus {
    return { source: 'register', format: registerFormat(this.#path), ...this.file.status }
  }

  read(): Promise<void> {
    return this.file.read((breath, takesMoved) => this.#read(breath, takesMoved))
  }

  tick(nowMs: number, monotonicMs: number): void {
    this.#history.tick(nowMs, monotonicMs, true)
  }

  async #read(breath: Breath, takesMoved: boolean): Promise<Reading> {
    const reader = new RegisterReader(registerFormat(this.#path))
    const { writtenMs, hasMoved } = await readInChunks(this.#path, (chunk) => reader.push(chunk), breath, PIECE_BYTES) // prettier-ignore
    const { assets, refused, refusedCount } = reader.finish()
    const summary = { rows: assets.length, refused, refusedCount, hasMoved }
    if (hasMoved && !takesMoved) return summary
    if (assets.length === 0 && refusedCount > 0) {
      throw new Error(`no machine in it could be read: line ${refused[0]!.line} ${refused[0]!.reason}`)
    }
    const { clock } = this.#context
    const nowMs = clock.wallMs()
    const atMs = Math.min(writtenMs, nowMs)
    const sinceMs = Math.min(this.#lastAtMs ?? atMs, atMs)
    this.#lastAtMs = atMs
    const look = { nowMs, atMs, sinceMs, monotonicMs: clock.monotonicMs() }
    await breath.run(this.#history.take(fixedAddresses(assets), [], look))
    const byKey = new Map<string, Asset>()
    for (const asset of assets) {
      for (const key of [...asset.macs, ...asset.addresses]) byKey.set(key, asset)
      await breath.pause()
    }
    this.#byKey = byKey
    this.#taken(assets)
    return summary
  }
}

/** What tells the source of this register from others. */
export function registerSourceId(path: string): string {
  return `register ${path}`
}

/** The addresses of the register; an entry that names nothing but an address says nothing of a machine. */
function* fixedAddresses(assets: readonly Asset[]): Generator<Seen> {
  for (const { name, macs, addresses } of assets) {
    const mac = macs[0] ?? null
    if (mac === null && name === null) continue
    for (const address of addresses) {
      yield { address, mac, duid: null, hostName: name, fromMs: null, expiresMs: null, sure: 'certain', isRouter: false } // prettier-ignore
    }
  }
}
