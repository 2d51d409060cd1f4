/** What the API is made of: the other threads by mail, the store by a reading connection, the state of control itself. */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { StoreReader } from '../detection/queries.ts'
import type { Logger } from '../log/log.ts'
import type { Build } from '../metrics/process-metrics.ts'
import type { Mail, StatusBoard } from '../metrics/thread-status.ts'
import type { ControlWords } from '../thread/control-words.ts'
import type { ConfigState, Reloaded } from './config-reload.ts'

export interface AdminSources {
  readonly mail: Mail
  readonly board: StatusBoard
  readonly words: ControlWords
  readonly clients: Pick<StoreReader, 'listClients' | 'getClient' | 'listHits'>
  readonly metrics: { readonly contentType: string; render(): Promise<string> }
  readonly config: { readonly state: ConfigState; reload(): Promise<Reloaded> }
  /** Those in force now. */
  readonly settings: () => Settings
  /** Log lines dropped, by thread. */
  readonly logDrops: () => Readonly<Record<string, number>>
  /** What control itself could not do: a listen address that is taken. */
  readonly faults: () => readonly string[]
  readonly build: Build
  readonly clock: Clock
  readonly log: Logger
}
