/** How far zones are transferred, as the API shows it. */
import { Type, type Static } from 'typebox'
import { ZONE_STATES, type ZoneStatus } from '../transfer/zone-status.ts'
import { timeText } from './schema.ts'

const Text = Type.Union([Type.String(), Type.Null()])
const Count = Type.Union([Type.Integer(), Type.Null()])

export const ZoneReport = Type.Object({
  list: Type.String({ description: 'id of the list' }),
  zone: Type.String(),
  server: Type.String({ description: 'the primary' }),
  key: Type.Union([Type.String(), Type.Null()], { description: 'name of the TSIG key; null: unsigned' }),
  state: Type.Enum([...ZONE_STATES]),
  serial: Type.Union([Type.Integer(), Type.Null()], { description: 'of the copy here; null: there is none' }),
  records: Count,
  kind: Type.Union([Type.Enum(['axfr', 'ixfr']), Type.Null()], {
    description: 'how the copy came: whole, or as differences',
  }),
  lastTransferAt: Text,
  lastCheckAt: Type.Union([Type.String(), Type.Null()], { description: 'found current last' }),
  expiresAt: Type.Union([Type.String(), Type.Null()], {
    description: 'expired from then on unless the primary is reached before; the copy stays in force',
  }),
  nextCheckAt: Type.String(),
  isTransferring: Type.Boolean(),
  transfers: Type.Object({ axfr: Type.Integer(), ixfr: Type.Integer() }, { description: 'since the start' }),
  notifies: Type.Integer({ description: 'NOTIFY taken since the start' }),
  failures: Type.Integer({ description: 'checks that failed since the start' }),
  error: Type.Union([Type.String(), Type.Null()], { description: 'why the last check failed' }),
  advice: Type.Union([Type.String(), Type.Null()], { description: 'what to do about it' }),
})

/** `showsErrors`: reasons may name files of the server. */
export function zoneReport(status: ZoneStatus, showsErrors: boolean): Static<typeof ZoneReport> {
  const { transferredMs, checkedMs, expiresMs, nextCheckMs, error, bytes: _, ...rest } = status
  const time = (ms: number | null): string | null => (ms === null ? null : timeText(ms))
  return {
    ...rest,
    lastTransferAt: time(transferredMs),
    lastCheckAt: time(checkedMs),
    expiresAt: time(expiresMs),
    nextCheckAt: timeText(nextCheckMs),
    error: showsErrors ? error : null,
  }
}
