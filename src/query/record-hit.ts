/** What is recorded of a query that a list has something against. */
import type { Verdict } from '../policy/verdict.ts'
import type { NameKey } from '../wire/name-key.ts'
import type { Asked } from './asked.ts'
import type { Parts } from './parts.ts'

/** Records the hit of `key` under `verdict`. Of a name that an alias has led to there is none beside that of the alias. */
export function recordHit(parts: Parts, asked: Asked, key: NameKey, verdict: Verdict): void {
  if (asked.led !== null && asked.led.isHit) return
  const { hits, forwarders, clock } = parts
  const client = asked.revealed === null ? asked.client : forwarders.clientOf(asked.revealed)
  hits.record(
    client, verdict.indicatorWords, verdict.indicatorStart >> 2, verdict.indicatorLength, verdict.indicatorKind,
    verdict.trigger, verdict.action, asked.query.qtype, key.bytes, key.length, verdict.lists, verdict.listCount,
    clock.wallMs(),
  ) // prettier-ignore
}
