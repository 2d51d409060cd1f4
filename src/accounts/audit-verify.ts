/** Checks the whole audit trail, some rows at a time, so that the thread goes on with its other work between. */
import { setImmediate } from 'node:timers/promises'
import type { AccountsFile, Statements } from './accounts-file.ts'
import { ChainCheck, rowsBehind, type ChainBreak } from './audit-chain.ts'
import { headText, NO_HASH, type AuditHead } from './audit-entry.ts'
import { readAnchor } from './audit-trail.ts'

const ROWS_AT_ONCE = 500

/** What a check found. */
export interface AuditReport {
  readonly isSound: boolean
  /** Where the trail breaks, or null. */
  readonly broken: ChainBreak | null
  /** Rows that were read and right. */
  readonly rows: number
  /** Rows up to this one were pruned; 0: none. */
  readonly prunedThrough: number
  /** The last right row, as `seq:hash`. */
  readonly head: string
  /**
   * `none`: no head from outside was given, so a cut end or a trail rewritten as a whole cannot show. `held`: the trail
   * holds it. `pruned`: it is older than what is kept, and says nothing. `broken`: see there.
   */
  readonly outside: 'none' | 'held' | 'pruned' | 'broken'
}

/** Follows the chain from its start to its end. `outside`: a head that was kept elsewhere. Rejects with AccountsUnavailable. */
export async function verifyTrail(file: AccountsFile, outside: AuditHead | null): Promise<AuditReport> {
  let { anchor, broken } = file.read(readStart)
  let check = new ChainCheck(anchor)
  let rows = 0
  let meets = metBy(anchor, outside)
  while (broken === null && meets !== 'broken') {
    const start = file.read(readStart)
    // Pruned meanwhile, past what was read.
    if (start.anchor.seq > check.at.seq) {
      rows += check.count
      ;({ anchor, broken } = start)
      check = new ChainCheck(anchor)
      if (meets === 'none') meets = metBy(anchor, outside)
      continue
    }
    const batch = file.read((statements) => rowsBehind(statements, check.at.seq, ROWS_AT_ONCE))
    if (batch.length === 0) break
    for (const row of batch) {
      broken = check.take(row)
      if (broken !== null) break
      if (check.at.seq === outside?.seq) meets = check.at.hash === outside.hash ? 'held' : 'broken'
    }
    await setImmediate()
  }
  if (broken === null && outside !== null && meets !== 'held' && meets !== 'pruned')
    broken = missed(check.at, outside)
  return {
    isSound: broken === null,
    broken,
    rows: rows + check.count,
    prunedThrough: anchor.seq,
    head: headText(check.at),
    outside: outside !== null && broken !== null && meets !== 'held' ? 'broken' : meets,
  }
}

/** What the anchor alone says of a head from outside. */
function metBy(anchor: AuditHead, outside: AuditHead | null): AuditReport['outside'] {
  if (outside === null) return 'none'
  if (outside.seq > anchor.seq) return 'none'
  if (outside.seq < anchor.seq) return 'pruned'
  return outside.hash === anchor.hash ? 'held' : 'broken'
}

function missed(last: AuditHead, outside: AuditHead): ChainBreak {
  return outside.seq > last.seq
    ? {
        kind: 'cut',
        seq: last.seq + 1,
        detail: `the trail ends at row ${last.seq}, the head from outside is row ${outside.seq}: the end was cut off`,
      }
    : {
        kind: 'rewritten',
        seq: outside.seq,
        detail: `row ${outside.seq} is not the one whose hash was kept outside: the trail was rewritten at it or before it`,
      }
}

function readStart(statements: Statements): { anchor: AuditHead; broken: ChainBreak | null } {
  const anchor = readAnchor(statements)
  return { anchor, broken: brokenStart(statements, anchor) }
}

/** Rows outside of the chain, and a start that was taken away otherwise than by pruning. */
function brokenStart(statements: Statements, anchor: AuditHead): ChainBreak | null {
  const beside = statements.of('SELECT count(*) AS n FROM audit WHERE seq <= ?').get(anchor.seq)!
  if (Number(beside['n']) > 0) {
    const detail = `${Number(beside['n'])} rows stand before the start of the trail`
    return { kind: 'beside', seq: anchor.seq, detail }
  }
  if (anchor.seq === 0) {
    if (anchor.hash === NO_HASH) return null
    return { kind: 'anchor', seq: 0, detail: 'the start of the trail was changed' }
  }
  const pruning = statements
    .of(`SELECT details FROM audit WHERE action = 'audit.prune' ORDER BY seq DESC LIMIT 1`)
    .get()
  if (pruning !== undefined && namesAnchor(String(pruning['details']), anchor)) return null
  return {
    kind: 'anchor',
    seq: anchor.seq,
    detail: `the trail does not say that it was pruned to row ${anchor.seq}`,
  }
}

function namesAnchor(details: string, { seq, hash }: AuditHead): boolean {
  // As `prune` writes it; a row in another form was not written by it.
  return details.startsWith(`{"through":${seq},"hash":"${hash}",`)
}
