/** The log line of a blocked lookup, put together from texts that most lines share; see InfoLines. */
import { quoted, type InfoLines } from '../log/info-lines.ts'
import { IsoTimes } from '../log/iso-times.ts'
import type { ImportOrigin } from '../lists/basis.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../thread/hit-table.ts'
import type { EntryBases } from './entry-bases.ts'
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

/** What a line says of its lists: the same for all lines of these, but for the document of an approved entry. */
interface ListsText {
  readonly text: string
  /** The deciding list, where each of its entries has a document of its own. */
  readonly approved: string | null
  /** The document of that list as a whole. */
  readonly document: string
}

/** Who knows where approved entries come from. */
type Bases = Pick<EntryBases, 'want' | 'of'>

const NO_BASES: Bases = { want: () => {}, of: () => null }

export class BlockLines {
  readonly #registry: ListRegistry
  readonly #lines: Pick<InfoLines, 'isEnabled' | 'write'>
  readonly #times = new IsoTimes()
  readonly #clients = new Map<string | null, string>()
  readonly #bases: Bases
  readonly #lists = new Map<readonly number[], ListsText>()
  readonly #origins = new Map<ImportOrigin, string>()
  #version = -1

  constructor(registry: ListRegistry, lines: Pick<InfoLines, 'isEnabled' | 'write'>, bases = NO_BASES) {
    this.#registry = registry
    this.#lines = lines
    this.#bases = bases
  }

  /** A line of `pair` will be written: what it lacks can be found out meanwhile. */
  expect(pair: PairText, lists: readonly number[]): void {
    const { approved } = this.#listsOf(lists)
    if (approved !== null) this.#bases.want(approved, pair)
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
      }${TRIGGER_SETS[triggers & (TRIGGER_SETS.length - 1)]!}${this.#basisOf(pair, lists)},"action":"${done}","count":${count},"first":"${this.#times.text(
        firstMs,
      )}","last":"${this.#times.text(lastMs)}"`,
      done === 'log' ? 'logged' : 'blocked',
    )
  }

  #clientOf(clientKey: string | null): string {
    return remembered(this.#clients, clientKey, () => clientText(clientKey))
  }

  #basisOf({ indicator }: PairText, numbers: readonly number[]): string {
    const { text, approved, document } = this.#listsOf(numbers)
    if (approved === null) return text
    const origin = this.#bases.of(approved, indicator)
    if (origin === null) return text + members({ document: document || null })
    return text + remembered(this.#origins, origin, () => members(toldOf(origin)))
  }

  #listsOf(numbers: readonly number[]): ListsText {
    if (this.#version !== this.#registry.version) {
      this.#version = this.#registry.version
      this.#lists.clear()
    }
    return remembered(this.#lists, numbers, () => {
      const lists = numbers.map((number) => this.#registry.get(number))
      const campaigns = new Set(lists.flatMap(({ campaign }) => campaign ?? []))
      const [deciding] = lists
      const { isApproved = false, document = '' } = deciding ?? {}
      const text = members({
        list: deciding?.id ?? null,
        lists: lists.map(({ id }) => id),
        campaigns: [...campaigns],
        basis: deciding?.basis ?? null,
        ...(!isApproved && { document: document || null }),
      })
      return { text, approved: isApproved ? deciding!.id : null, document }
    })
  }
}

/** Where the entry stands, who approved it, and as what `review show` finds it. */
function toldOf({ document, import: id, item, file, place, approvedBy }: ImportOrigin): object {
  return { document, import: id, item, place: { file, ...place }, approvedBy }
}

/** The members of `object` as JSON, each with a comma before it. */
function members(object: object): string {
  return JSON.stringify(object).replace(/^\{(.*)\}$/s, ',$1')
}

function remembered<Key, Text>(texts: Map<Key, Text>, key: Key, make: () => Text): Text {
  let text = texts.get(key)
  if (text === undefined) {
    if (texts.size >= REMEMBERED) texts.clear()
    text = make()
    texts.set(key, text)
  }
  return text
}
