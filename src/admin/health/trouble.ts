/** A trouble as people are told of it: what it is about, how bad it is, what is wrong and what to do. */
import type { Words } from '../../alerts/catalogue.ts'

/** The parts of the server, in the order in which they are shown: what is needed for answers comes first. */
export const COMPONENTS = [
  'listening', 'queries', 'blocking', 'lists', 'upstreams', 'store', 'hits', 'identity', 'alerts', 'accounts', 'admin',
  'nodes', 'notice', 'config', 'log', 'threads', 'disk', 'memory', 'clock',
] as const // prettier-ignore
export type Component = (typeof COMPONENTS)[number]

/** `warn`: answers go on as they should, something needs a look. `fail`: something does not do its work. */
export type Severity = 'warn' | 'fail'

/** Holds no address of a client or an upstream: it is read without a token. */
export interface Trouble {
  readonly part: Component
  readonly severity: Severity
  /** Which trouble of the part it is, also while its words change with a count: `stale apt32`. */
  readonly key: string
  readonly detail: Words
  readonly advice: Words
}
