/**
 * What hits make of cases: opened, reopened, counted, in the transaction of the hits themselves. A DNS lookup is the
 * evidence, so what was only logged counts like what was blocked.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import type { CommitWitness, PairChange } from '../pair-change.ts'
import { CaseBook, type CaseClient, type KnownCase } from './case-book.ts'
import { CaseMerge } from './case-merge.ts'
import { EventLog, type EventBounds } from './event-log.ts'
import { CaseHistory } from './history.ts'
import { ListCampaigns } from './list-campaigns.ts'
import { localDay } from './local-day.ts'
import { RhythmNotes } from './rhythm-notes.ts'
import { afterHit, clientStatus, type CaseState } from './states.ts'
import type { UnitWatch } from './unit-watch.ts'

/** What settings say; read anew at each commit. */
export interface CaseRules {
  readonly clock: Clock
  readonly graceMs: () => number
  readonly units: UnitWatch
  readonly eventBounds?: EventBounds
}

export class CaseWitness implements CommitWitness {
  readonly #rules: CaseRules
  readonly book: CaseBook
  readonly history: CaseHistory
  readonly events: EventLog
  readonly rhythms: RhythmNotes
  readonly #campaigns: ListCampaigns
  readonly #merge: CaseMerge
  #nowMs = 0
  #today = 0
  #graceMs = 0

  constructor(database: DatabaseSync, rules: CaseRules) {
    this.#rules = rules
    this.book = new CaseBook(database, (address) => rules.units.isHigh(address))
    this.history = new CaseHistory(database)
    this.events = new EventLog(database, rules.units.unitOf, rules.eventBounds)
    this.rhythms = new RhythmNotes(database)
    this.#campaigns = new ListCampaigns(database)
    this.#merge = new CaseMerge(database, this.history, this.events)
  }

  witness(changes: readonly PairChange[]): void {
    this.#begin()
    this.book.trim()
    this.rhythms.begin()
    for (const change of changes) this.#take(change)
    this.book.write()
    this.events.trim()
  }

  merged(from: number, into: number): void {
    this.#begin()
    this.rhythms.merge(from, into)
    this.#merge.merge(from, into, this.#nowMs, this.#graceMs)
    this.book.drop(from)
    this.book.drop(into)
  }

  forget(): void {
    this.book.forget()
    this.events.forget()
    this.rhythms.undo()
    this.#campaigns.forget()
  }

  #begin(): void {
    this.#nowMs = this.#rules.clock.wallMs()
    this.#today = localDay(this.#nowMs)
    this.#graceMs = this.#rules.graceMs()
    this.events.begin()
    this.#campaigns.begin()
  }

  #take(change: PairChange): void {
    const client = this.book.of(change.client)
    this.rhythms.note(change)
    const isSilenced = (client.silences.get(change.indicator) ?? -Infinity) > change.lastMs
    for (const campaign of this.#campaigns.of(change.lists)) this.#count(client, campaign, change, isSilenced)
    if (change.isNew && !isSilenced) this.#tellPair(client, change)
  }

  #count(client: CaseClient, campaign: string, change: PairChange, isSilenced: boolean): void {
    let known = client.cases.find((each) => each.campaign === campaign)
    if (known === undefined) {
      if (isSilenced) return
      known = this.#open(client, campaign, change)
    } else {
      const state = afterHit(known.state, known.cleanedMs, change.lastMs, this.#graceMs, isSilenced)
      if (state !== known.state) this.#reopen(client, known, state, change)
    }
    this.book.count(known, change.blocked + change.logged, change.firstMs, change.lastMs)
    if (client.isHigh && !isSilenced) this.#tellPriority(client, known, change)
  }

  #open(client: CaseClient, campaign: string, change: PairChange): KnownCase {
    const { firstMs, lastMs, node } = change
    const opened = this.book.open(client, campaign, this.#nowMs, firstMs, lastMs, node)
    this.history.addHit(opened.id, this.#nowMs, null, 'new', this.events.indicator(change.indicator))
    this.book.restatus(client, clientStatus(client.cases.map((each) => each.state)))
    this.#tell('case-opened', opened, client, change)
    return opened
  }

  #reopen(client: CaseClient, known: KnownCase, state: CaseState, change: PairChange): void {
    this.history.addHit(known.id, this.#nowMs, known.state, state, this.events.indicator(change.indicator))
    this.book.restate(known, state, this.#nowMs)
    this.book.restatus(client, clientStatus(client.cases.map((each) => each.state)))
    this.#tell(state === 'reinfected' ? 'case-reinfected' : 'case-opened', known, client, change)
  }

  /** When it happened: what another node tells late is no news. */
  #timeOf({ lastMs }: PairChange): number {
    return Math.min(lastMs, this.#nowMs)
  }

  /** Once a case and day. */
  #tellPriority(client: CaseClient, known: KnownCase, change: PairChange): void {
    if (this.#today === known.priorityDay) return
    this.book.notePriorityDay(known, this.#today)
    this.#tell('priority-hit', known, client, change)
  }

  #tellPair(client: CaseClient, change: PairChange): void {
    const [campaign] = this.#campaigns.of(change.lists)
    const known = client.cases.find((each) => each.campaign === campaign)
    this.events.add(this.#timeOf(change), {
      kind: 'pair-new',
      caseId: known?.id ?? null,
      client: client.id,
      campaign: campaign!,
      indicator: change.indicator,
      list: change.lists[0] ?? null,
      state: known?.state ?? null,
      actor: null,
    })
  }

  #tell(
    kind: 'case-opened' | 'case-reinfected' | 'priority-hit',
    { id, campaign, state }: KnownCase,
    client: CaseClient,
    change: PairChange,
  ): void {
    this.events.add(this.#timeOf(change), {
      kind,
      caseId: id,
      client: client.id,
      campaign,
      indicator: change.indicator,
      list: change.lists[0] ?? null,
      state,
      actor: null,
    })
  }
}
