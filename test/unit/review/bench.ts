/** A review over a data directory of its own, and a list thread that is functions. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSettings } from '../../../src/config/load.ts'
import type { Settings } from '../../../src/config/settings.ts'
import type { Standing } from '../../../src/lists/standing.ts'
import type { DecisionAsked } from '../../../src/review/decisions.ts'
import { Review, type Decision } from '../../../src/review/review.ts'
import type { Owners } from '../../../src/review/sharing.ts'
import { FakeClock } from '../../support/fake-clock.ts'

export const CONFIG = `
lists: [ { id: cv, approved: true, document: 1298/CATTT-NCSC }, { id: cv2, approved: true }, { id: file, path: x.txt } ]
forward: [ { zones: [so.tinh.local, tinh.gov.vn], servers: [10.0.0.10] } ]
records: { intranet.tinh.vn: 10.0.0.5 }
units: [ { id: a, name: A, networks: [10.1.0.0/16], wan: [203.0.113.0/28] } ]
`
const NEW: Standing = { knownBy: [], actions: [], allowedBy: null }

/** Lines of the log, as calls. */
type Logged = [level: string, fields: Record<string, unknown>, message: string]

export class ReviewBench {
  readonly directory: string
  readonly reloads: string[] = []
  /** Addresses that are blocked. */
  enforced: readonly string[] = []
  readonly clock = new FakeClock()
  readonly logged: Logged[] = []
  /** What is in force, by indicator. */
  readonly standings = new Map<string, Standing>()
  /** Owners of clean names by address, as one of two threads tells; and names that were looked at. */
  readonly owners = new Map<string, Owners>()
  names = 100
  /** What was asked about. */
  readonly askedShared: { readonly addresses: readonly string[]; readonly except: readonly string[] }[] = []
  /** Thrown by the list thread instead of an answer. */
  fault: Error | null = null
  settings: Settings
  review: Review

  constructor(config = '') {
    this.directory = mkdtempSync(join(tmpdir(), 'thanhloc-review-'))
    this.settings = this.#settings(config)
    this.review = this.#open()
  }

  /** As after a restart, a kill before it included. */
  restart(config = ''): void {
    this.review.close()
    this.settings = this.#settings(config)
    this.review = this.#open()
  }

  async import(text: string | Uint8Array, name = 'a.txt', list = 'cv', actor = 'user:an'): Promise<number> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    const head = { list, document: 'CV-1', issuer: 'Cục', issued: '2026-01-02' }
    const { id } = await this.review.receive(chunksOf(bytes), name, head, actor)
    await this.review.settled()
    return id
  }

  async decide(id: number, asked: Partial<DecisionAsked>): Promise<Decision> {
    const whole = { action: 'approve', item: null, filter: {}, as: null, scope: null, reason: 'vì', actor: 'user:binh', ...asked } as const // prettier-ignore
    return this.review.decide(this.review.plan(id, whole))
  }

  numberOf(id: number, value: string): number {
    return this.review.items(id, {}, 0, 1000).find((item) => item.value === value)!.number
  }

  /** Entries of the file of list `list` with import, item and guards, without what else is told of them. */
  approved(list = 'cv'): string[] {
    return this.file(list).flatMap((line) => (line.startsWith('#') ? [] : [line.replace(/ \{.*\}$/, '')]))
  }

  /** Its lines. */
  file(list = 'cv'): string[] {
    const text = readFileSync(join(this.directory, 'approved', `${list}.txt`), 'utf8')
    return text.split('\n').filter((line) => line !== '')
  }

  close(): void {
    this.review.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #settings(config: string): Settings {
    const loaded = parseSettings(`store: { path: ${this.directory} }\n${CONFIG}${config}`, { file: null })
    if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
    return loaded.settings
  }

  #open(): Review {
    const note = (level: string) => (fields: Record<string, unknown>, message: string) => {
      this.logged.push([level, fields, message])
    }
    const log = { info: note('info'), warn: note('warn'), error: note('error') } as unknown as ConstructorParameters<typeof Review>[0]['log'] // prettier-ignore
    return new Review({
      settings: () => this.settings,
      clock: this.clock,
      log,
      standings: async (indicators) => {
        if (this.fault !== null) throw this.fault
        return indicators.map((indicator) => this.standings.get(indicator) ?? NEW)
      },
      shared: async (addresses, except) => {
        this.askedShared.push({ addresses, except })
        const owners = addresses.map((address) => this.owners.get(address) ?? { least: 0, most: 0 })
        return { threads: 2, answered: 2, names: this.names, owners }
      },
      enforcedAddresses: async () => {
        if (this.fault !== null) throw this.fault
        const path = join(this.directory, 'addresses.txt')
        writeFileSync(path, `# networks\n${this.enforced.map((address) => `${address}\n`).join('')}# end\n`)
        return path
      },
      bringInForce: async (list) => {
        if (this.fault !== null) throw this.fault
        this.reloads.push(list)
      },
    })
  }
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}
