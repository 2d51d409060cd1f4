/** Lists without a server: what `check` and `lookup --config` need. Nothing is written anywhere. */
import { Policy } from '../policy/decide.ts'
import { compileLists } from './compile.ts'
import type { Compiled } from './compile.ts'
import type { ListsSettings } from './configured.ts'

const START_BYTES = 1 << 20
const MAX_BYTES = 1 << 30

export interface OfflineLists extends Compiled {
  /** Attached: ready for `explain`. */
  readonly policy: Policy
}

/** Compiles the lists of `settings` in this thread as of `nowMs`, wall clock. Throws SnapshotFullError. */
export async function compileOffline(settings: ListsSettings, nowMs: number): Promise<OfflineLists> {
  const memory = new SharedArrayBuffer(START_BYTES, { maxByteLength: MAX_BYTES })
  const nothing = new SharedArrayBuffer(0)
  const compiled = await compileLists(settings, memory, { seed: 0, lastGood: null, force: new Set(), nowMs })
  const policy = new Policy([memory, nothing], [nothing, nothing])
  policy.attachBase(0)
  return { ...compiled, policy }
}
