/** Whether many share an address, as all resolver threads together can tell from the answers they keep. */
import { parsePrefix } from '../lists/prefix-text.ts'
import { MAX_ASKED, type SharedCounts, type SharedQuestion } from '../query/shared-addresses.ts'

/** Owners of clean names that lead to one address: threads keep the same answers, or others. */
export interface Owners {
  readonly least: number
  readonly most: number
}

/** What was found out for some addresses, and from how much. */
export interface Shared {
  /** Resolver threads there are, and those that answered. */
  readonly threads: number
  readonly answered: number
  /** Names whose addresses were looked at; 0: nothing is known, which is not the same as clean. */
  readonly names: number
  /** In the order asked. */
  readonly owners: readonly Owners[]
}

/** Asks about addresses and networks, as text; the owners of the names `except` do not count. Never rejects. */
export type AskShared = (addresses: readonly string[], except: readonly string[]) => Promise<Shared>

/** One resolver thread. Rejects where it does not answer. */
export type AskThread = (thread: number, asked: SharedQuestion) => Promise<SharedCounts>

/** Asks `threads` resolver threads. What is no address has no owners. */
export async function askShared(
  addresses: readonly string[],
  except: readonly string[],
  threads: number,
  ask: AskThread,
): Promise<Shared> {
  const prefixes = addresses.map(parsePrefix)
  const asked = { addresses: prefixes.filter((prefix) => prefix !== null), except }
  const answers = await Promise.allSettled(Array.from({ length: threads }, (_, at) => ask(at, asked)))
  const counts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  let place = 0
  const owners = prefixes.map((prefix) => {
    if (prefix === null) return { least: 0, most: 0 }
    const each = counts.map((count) => count.owners[place]!)
    place++
    return { least: Math.max(0, ...each), most: each.reduce((sum, count) => sum + count, 0) }
  })
  return { threads, answered: counts.length, names: counts.reduce((sum, { names }) => sum + names, 0), owners } // prettier-ignore
}

/** What is known of the addresses of one import. */
export interface SharedNote extends Omit<Shared, 'owners'> {
  /** Addresses and networks there are in it, and those nobody was asked about because there are so many. */
  readonly addresses: number
  readonly left: number
}

/** Finds out about the first of `addresses`; `total`: of how many there are. */
export async function lookShared(
  addresses: readonly string[],
  total: number,
  except: readonly string[],
  ask: AskShared,
): Promise<{ readonly note: SharedNote; readonly owners: ReadonlyMap<string, Owners> }> {
  const asked = addresses.slice(0, MAX_ASKED)
  const { owners, ...found } = await ask(asked, except)
  const note = { ...found, addresses: total, left: Math.max(0, total - asked.length) }
  return { note, owners: new Map(asked.map((address, place) => [address, owners[place]!])) }
}
