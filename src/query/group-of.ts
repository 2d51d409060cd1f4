/** Under whose policy a query is judged. */
import type { Policy } from '../policy/decide.ts'
import { NO_GROUP } from '../policy/groups.ts'
import type { Asked } from './asked.ts'

/** The group of the machine a forwarder of ours names, where that is in one, else of who sent the packet. */
export function groupOf(policy: Policy, { revealed, client }: Asked): number {
  if (!policy.hasGroups) return NO_GROUP
  const group = revealed === null ? NO_GROUP : policy.groupOf(revealed.address)
  return group === NO_GROUP ? policy.groupOf(client) : group
}

/** The address, 16 bytes, of the machine that asks: the one a forwarder of ours names, else who sent the packet. */
export function machineOf({ revealed, client }: Asked): Uint8Array {
  return revealed === null ? client : revealed.address
}

/** Whether blocking is paused for that machine, of that group, or for the forwarder that asks for it. */
export function isPausedFor(policy: Policy, group: number, asked: Asked): boolean {
  if (policy.isPausedFor(group, machineOf(asked))) return true
  return asked.revealed !== null && policy.isPausedFor(group, asked.client)
}
