/** What somebody has to see to before it costs something: how each part is, the disk, the clock, backups, the certificate. */
import type { Clock } from '../clock.ts'
import type { StoreState } from '../detection/hit-collector.ts'
import type { DataDirectoryReadings } from './data-directory.ts'
import { single, type Declarations } from './declare.ts'
import type { StatusBoard } from './thread-status.ts'

export interface UpkeepReadings {
  readonly directory: DataDirectoryReadings
  /** Wall clock, milliseconds; null: no certificate is in force. */
  readonly certificateEndMs: number | null
  /** Places where the admin API or the metrics should be reached and cannot. */
  readonly adminClosed: number
  /** Whether the configuration was refused when it was last read. */
  readonly isConfigRefused: boolean
  /** How each part of the server is, as `status` shows it. */
  readonly components: readonly { readonly component: string; readonly state: keyof typeof HEALTH }[]
}

/** What is not known has no value. */
const HEALTH = { ok: 0, warn: 1, fail: 2, unknown: NaN } as const
const STORE_STATES: readonly StoreState[] = ['ok', 'locked', 'full', 'readonly', 'corrupt-moved', 'failed']

export function declareUpkeepMetrics(
  declare: Declarations,
  board: StatusBoard,
  clock: Clock,
  upkeep: () => UpkeepReadings,
): void {
  const room = (read: 'free' | 'size') => () => {
    const found = upkeep().directory.room
    return found === null ? [] : [[{ directory: 'data' }, found[read]] as const]
  }
  const seconds = (ms: number | null) => single(ms === null ? null : ms / 1000)

  declare.gauge('component_health', '0 while a part of the server is well, 1 while something of it needs a look, 2 while it does not do its work.', ['component'], () =>
    upkeep().components.map(({ component, state }) => [{ component }, HEALTH[state]] as const),
  ) // prettier-ignore
  declare.gauge('clock_timestamp_seconds', 'What the clock of this machine says, seconds since 1970.', [], () =>
    seconds(clock.wallMs()),
  ) // prettier-ignore
  declare.gauge(
    'disk_free_bytes',
    'Room that is left on the disk of a directory.',
    ['directory'],
    room('free'),
  )
  declare.gauge('disk_size_bytes', 'Size of the disk of a directory.', ['directory'], room('size'))
  declare.gauge('store_state', '1 for the state the database is in, 0 for the others.', ['state'], () => {
    const now = board.store.value?.state
    return now === undefined ? [] : STORE_STATES.map((state) => [{ state }, Number(state === now)] as const)
  })
  declare.gauge('backup_last_success_timestamp_seconds', 'When a backup was last written.', [], () =>
    seconds(upkeep().directory.lastBackupMs),
  )
  declare.gauge('admin_certificate_end_timestamp_seconds', 'When the certificate of the admin API ends.', [], () =>
    seconds(upkeep().certificateEndMs),
  ) // prettier-ignore
  declare.gauge('admin_closed', 'Places where the admin API or the metrics should be reached and cannot.', [], () =>
    single(upkeep().adminClosed),
  ) // prettier-ignore
  declare.gauge('config_refused', '1 while the configuration on the disk is refused and the one before is in force.', [], () =>
    single(Number(upkeep().isConfigRefused)),
  ) // prettier-ignore
}
