/**
 * What the visitors of the notice page ask: what is known of their own machine, and that a name is blocked wrongly. The
 * machine is who has the address now, by the same rule as for hits; of those who had it before nothing is told.
 */
import type { Clock } from '../../clock.ts'
import { parseDomain } from '../../config/domain.ts'
import type { AtAddress } from '../../detection/contact-commit.ts'
import type { Machine } from '../../identity/binding.ts'
import { WireName } from '../../lists/name.ts'
import type { Logger } from '../../log/log.ts'
import type { Mail } from '../../metrics/thread-status.ts'
import { addressText, parseAddress } from '../../net/address.ts'
import type { Check, Checked, Report, Reported } from '../../notice/letters.ts'
import { referenceOf } from '../../notice/reference.ts'
import type { BlockReports } from '../../review/block-reports.ts'
import { ReviewError } from '../../review/problem.ts'
import { StoreUnavailable } from '../../detection/queries.ts'
import { MailError } from '../../thread/mail.ts'
import { Quota } from './quota.ts'

export interface VisitorParts {
  readonly mail: Mail
  readonly reports: Pick<BlockReports, 'add'>
  /** Who is at an address (16 bytes) now. */
  readonly find: (address: Uint8Array) => Machine | null
  /** How far back the store reaches, milliseconds since 1970, null: it holds nothing. Throws StoreUnavailable. */
  readonly since: () => number | null
  readonly clock: Clock
  readonly log: Pick<Logger, 'error'>
}

/** Of one visitor and of all together; a page that is loaded again and again asks each time. */
const CHECKS = { each: { burst: 10, everyMs: 2000 }, all: { burst: 50, everyMs: 50 } }
const REPORTS = { each: { burst: 5, everyMs: 120_000 }, all: { burst: 30, everyMs: 2000 } }
/** How far back the store reaches is looked up again after so long. */
const SINCE_MS = 60_000
/** The page gives up after three seconds. */
const STORE_WAIT_MS = 3000

export class Visitors {
  readonly #parts: VisitorParts
  readonly #checks = new Quota(CHECKS.each, CHECKS.all)
  readonly #reports = new Quota(REPORTS.each, REPORTS.all)
  #since: { readonly ms: number | null; readonly untilMs: number } | null = null

  constructor(parts: VisitorParts) {
    this.#parts = parts
  }

  /** Never rejects: what cannot be told is `unavailable`. */
  async check(letter: Check): Promise<Checked> {
    const { clock, log } = this.#parts
    if (!this.#checks.take(letter.client, clock.monotonicMs())) return unavailable(letter)
    try {
      const known = await this.#at(letter.client)
      // Whose hits they are of those behind it nobody can say.
      if (known?.isRouter === true) return unavailable(letter)
      const { hits = 0, firstMs = null, lastMs = null } = known ?? {}
      return {
        type: 'checked',
        id: letter.id,
        outcome: hits > 0 ? 'hits' : 'clean',
        hits,
        firstMs,
        lastMs,
        sinceMs: this.#sinceMs(),
      }
    } catch (error) {
      if (!(error instanceof MailError || error instanceof StoreUnavailable))
        log.error({ error }, 'a visitor of the notice page could not be answered')
      return unavailable(letter)
    }
  }

  /** Takes a report in, on the disk when this resolves. Never rejects. */
  async report(letter: Report): Promise<Reported> {
    const { clock, reports, find, log } = this.#parts
    const { id, client, text } = letter
    const answer = (outcome: Reported['outcome'], reference: string | null = null): Reported => ({ type: 'reported', id, outcome, reference }) // prettier-ignore
    const name = nameOf(letter.name)
    if (name === null) return answer('invalid')
    if (!this.#reports.take(client, clock.monotonicMs())) return answer('limited')
    const known = await this.#at(client).catch(() => null)
    const bytes = new Uint8Array(16)
    const machine = parseAddress(client, bytes) ? find(bytes) : null
    const nowMs = clock.wallMs()
    try {
      const who = { address: client, hostName: machine?.hostName ?? null, mac: machine?.mac ?? null }
      const made = {
        ...who,
        reference: referenceOf(client, nowMs),
        name,
        text,
        clientId: known?.client ?? null,
      }
      const taken = reports.add(made, nowMs)
      return typeof taken === 'string' ? answer(taken) : answer('taken', taken.reference)
    } catch (error) {
      if (!(error instanceof ReviewError)) log.error({ error }, 'a report of a wrong block could not be kept')
      return answer('unavailable')
    }
  }

  #sinceMs(): number | null {
    const { clock, since } = this.#parts
    const nowMs = clock.monotonicMs()
    if (this.#since === null || nowMs >= this.#since.untilMs)
      this.#since = { ms: since(), untilMs: nowMs + SINCE_MS }
    return this.#since.ms
  }

  #at(address: string): Promise<AtAddress | null> {
    return this.#parts.mail.request('store', 'contacts/at', { address }, STORE_WAIT_MS)
  }
}

/** The answer where nothing can be said. */
export function unavailable(letter: Check): Checked
export function unavailable(letter: Check | Report): Checked | Reported
export function unavailable({ type, id }: Check | Report): Checked | Reported {
  if (type === 'report') return { type: 'reported', id, outcome: 'unavailable', reference: null }
  return { type: 'checked', id, outcome: 'unavailable', hits: 0, firstMs: null, lastMs: null, sinceMs: null }
}

/** A name that a list may hold, in lower-case A-labels, or an address; null: neither. */
function nameOf(written: string): string | null {
  const text = written.trim()
  const bytes = new Uint8Array(16)
  if (parseAddress(text, bytes)) return addressText(bytes)
  const parsed = parseDomain(text.replace(/\.$/, ''))
  if ('problem' in parsed || !parsed.value.includes('.')) return null
  return new WireName().readText(parsed.value) === null ? parsed.value : null
}
