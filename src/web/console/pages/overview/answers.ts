/** What the overview asks the server for. */
import type { Static } from 'typebox'
import type { Numbers } from '../../../../admin/routes/numbers.ts'
import type { StatusReport } from '../../../../admin/routes/status.ts'
import type { RecentTrafficReply } from '../../../../admin/routes/traffic.ts'

export type Status = StatusReport
export type RecentTraffic = RecentTrafficReply
export type MachineNumbers = Static<typeof Numbers>

/** Machines in any of these states; in all of them where none is named. */
export function machinesIn({ machines }: MachineNumbers, states?: readonly string[]): number {
  return Object.entries(machines)
    .filter(([state]) => (states === undefined ? state !== 'visitor' : states.includes(state)))
    .reduce((sum, [, count]) => sum + count, 0)
}

/** Those in which there is something to do. */
export const OPEN_STATES = ['new', 'confirmed', 'cleaning', 'reinfected'] as const
