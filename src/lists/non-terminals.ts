/**
 * Names a zone has without a record of their own: those between a listed name and the next one above it that is listed
 * too. Who keeps a response policy zone as a zone (BIND, Unbound) ends a wildcard there (RFC 4592 §3.3.1): beside
 * `*.bad.vn` and `c.b.bad.vn` neither `b.bad.vn` nor `x.b.bad.vn` would be blocked. So they are told by themselves.
 */
import type { Policy } from '../policy/decide.ts'
import type { Enforced, EnforcedEntry } from '../policy/enforced.ts'
import type { Matches } from '../policy/matches.ts'
import { ACTIONS } from '../policy/meta.ts'
import type { PolicyReader } from '../policy/reader.ts'
import { Verdict, VerdictKind } from '../policy/verdict.ts'
import { hashSuffixes, NameKey } from '../wire/name-key.ts'
import { keyFromText } from '../wire/name.ts'

const WILDCARD = '*.'
/** A label and its dot, in presentation form. */
const FIRST_LABEL = /^(?:\\.|[^.\\])+\./s

export class NonTerminals {
  readonly #policy: Policy
  readonly #key = new NameKey()
  readonly #verdict = new Verdict()
  /** One for many names under it. */
  readonly #told = new Set<string>()

  /** `policy` must stay attached. */
  constructor(policy: Policy) {
    this.#policy = policy
  }

  /** Those above the listed name `text` that were not given yet, with what holds for them and all under them. */
  above(text: string): EnforcedEntry[] {
    const found: EnforcedEntry[] = []
    for (let name = parentOf(text); name !== '' && !this.#told.has(name); name = parentOf(name)) {
      // What is listed itself is told by itself, and what is above it with it.
      if (this.#isListed(WILDCARD + name, WILDCARD.length) || this.#isListed(name, 0)) break
      const enforced = this.#enforced()
      if (enforced === null) break
      this.#told.add(name)
      found.push({ text: name, isAddress: false, self: enforced, below: enforced })
    }
    return found
  }

  /** What holds for the name that was looked up last; null: nothing. */
  #enforced(): Enforced | null {
    const kind = this.#policy.decide(false, this.#verdict)
    const { action, data } = this.#verdict
    if (kind === VerdictKind.Allow) return { action: 'pass', data: null }
    return kind === VerdictKind.Block ? { action: ACTIONS[action]!, data } : null
  }

  /** Looks `text` up; whether the name behind its first `skipped` octets is listed, rather than one above it. */
  #isListed(text: string, skipped: number): boolean {
    const { overlay, overlayFound, base, baseFound } = this.#policy
    if (!keyFromText(text, this.#key)) return true
    hashSuffixes(this.#key, this.#policy.seed)
    this.#policy.match(this.#key)
    const length = this.#key.length - 1 - skipped
    return holds(overlay, overlayFound, length) || holds(base, baseFound, length)
  }
}

/** Whether a name of that length is among what was found; of one name it is no other. */
function holds(reader: PolicyReader, { count, record }: Matches, length: number): boolean {
  for (let match = 0; match < count; match++) if (reader.nameLength(record[match]!) === length) return true
  return false
}

function parentOf(text: string): string {
  if (!text.includes('\\')) return text.slice(text.indexOf('.') + 1 || text.length)
  return text.slice(FIRST_LABEL.exec(text)?.[0].length ?? text.length)
}
