/** The log line of a blocked lookup, put together from texts that most lines share; see InfoLines. */
import { quoted, type InfoLines } from '../log/info-lines.ts'
import { IsoTimes } from '../log/iso-times.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../thread/hit-table.ts'
import { bitNames, clientText, typeText, type PairText } from './hit-text.ts'
import type { ListRegistry } from './list-registry.ts'

/** What a line says. */
export interface BlockLine {
  readonly pair: PairText
  /** Index in HIT_ACTIONS. */
  readonly action: number
  /** Of the last hit. */
  readonly qname: string
  readonly qtype: number
  readonly triggers: number
  /** List numbers, the deciding one first. */
  readonly lists: readonly number[]
  /** Hits it stands for, and when they were: wall clock, milliseconds. */
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

/** Texts remembered before the memory starts anew: of clients, and of lists. */
const REMEMBERED = 10_000

const KINDS = INDICATOR_KINDS.map((kind) => `,"kind":"${kind}"`)
const TRIGGER_SETS = Array.from(
  { length: 1 << TRIGGERS.length },
  (_, bits) => `,"trigger":"${bitNames(bits, TRIGGERS).join(',')}"`,
)

export class BlockLines {
  readonly #registry: ListRegistry
  readonly #lines: Pick<InfoLines, 'isEnabled' | 'write'>
  readonly #times = new IsoTimes()
  readonly #clients = new Map<string | null, string>()
  readonly #lists = new Map<readonly number[], string>()
  #version = -1

  constructor(registry: ListRegistry, lines: Pick<InfoLines, 'isEnabled' | 'write'>) {
    this.#registry = registry
    this.#lines = lines
  }

  /** Writes `line`, where the log's level lets it. */
  write({ pair, action, qname, qtype, triggers, lists, count, firstMs, lastMs }: BlockLine): void {
    if (!this.#lines.isEnabled) return
    const indicator = quoted(pair.indicator)
    const asked = qname === pair.indicator ? indicator : quoted(qname)
    const done = HIT_ACTIONS[action] ?? 'sinkhole'
    this.#lines.write(
      `,"client":"${this.#clientOf(pair.clientKey)}","qname":${asked},"qtype":"${typeText(qtype)}","indicator":${indicator}${
        KINDS[pair.kind] ?? ''
      }${TRIGGER_SETS[triggers & (TRIGGER_SETS.length - 1)]!}${this.#listsOf(lists)},"action":"${done}","count":${count},"first":"${this.#times.text(
        firstMs,
      )}","last":"${this.#times.text(lastMs)}"`,
      done === 'log' ? 'logged' : 'blocked',
    )
  }

  #clientOf(clientKey: string | null): string {
    return remembered(this.#clients, clientKey, () => clientText(clientKey))
  }

  #listsOf(numbers: readonly number[]): string {
    if (this.#version !== this.#registry.version) {
      this.#version = this.#registry.version
      this.#lists.clear()
    }
    return remembered(this.#lists, numbers, () => {
      const lists = numbers.map((number) => this.#registry.get(number))
      const campaigns = new Set(lists.flatMap(({ campaign }) => campaign ?? []))
      const [deciding] = lists
      // As `list`, `lists`, `campaigns`, `basis`, with a comma in the place of the brace.
      return JSON.stringify({
        list: deciding?.id ?? null,
        lists: lists.map(({ id }) => id),
        campaigns: [...campaigns],
        basis: deciding?.basis ?? null,
      }).replace(/^\{(.*)\}$/s, ',$1')
    })
  }
}

function remembered<Key>(texts: Map<Key, string>, key: Key, make: () => string): string {
  let text = texts.get(key)
  if (text === undefined) {
    if (texts.size >= REMEMBERED) texts.clear()
    text = make()
    texts.set(key, text)
  }
  return text
}
