/**
 * Networks of clients that lists name (response policy zones: `….rpz-client-ip`), list by list in order of precedence.
 * They are few, so they stand beside the index: inside a list the longest network that holds the client speaks.
 */
import { AddressRanges } from '../net/address-ranges.ts'
import { isMappedIPv4, parseAddress } from '../net/address.ts'
import { recordBytes } from './layout.ts'
import type { ClientTriggerMeta } from './meta.ts'
import { flatten } from './nested-networks.ts'
import { PSEUDO_NAME_BYTES4, PSEUDO_NAME_BYTES6, writePseudoName } from './prefix.ts'

/** One network, as a verdict points at it. */
export interface ClientTrigger {
  readonly rule: number
  /** Its pseudo-name (layout.ts), and the same memory in words, zero behind its end. */
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly length: number
}

interface ListTriggers {
  /** Place of the list in the snapshot's meta. */
  readonly list: number
  readonly ranges: AddressRanges
  /** By range. */
  readonly triggers: readonly ClientTrigger[]
}

export class ClientTriggers {
  /** In order of precedence. */
  readonly lists: readonly ListTriggers[]

  /** `listOf`: place of the list that a rule belongs to. Throws a RangeError where a network is none. */
  constructor(triggers: readonly ClientTriggerMeta[], listOf: (rule: number) => number) {
    const byList = Map.groupBy(triggers, ({ rule }) => listOf(rule))
    this.lists = [...byList]
      .toSorted(([a], [b]) => a - b)
      .map(([list, own]) => {
        const packed = own.map(pack)
        const ranges = flatten(own.map(({ network }, owner) => ({ network, owner })))
        return {
          list,
          ranges: new AddressRanges(ranges),
          triggers: ranges.map(({ owner }) => packed[owner]!),
        }
      })
  }

  /** How many lists name clients. */
  get size(): number {
    return this.lists.length
  }
}

function pack({ network, rule }: ClientTriggerMeta): ClientTrigger {
  const [text = '', prefix] = network.split('/')
  const address = new Uint8Array(16)
  parseAddress(text, address)
  const isIpv4 = isMappedIPv4(address)
  const length = isIpv4 ? PSEUDO_NAME_BYTES4 : PSEUDO_NAME_BYTES6
  const memory = new ArrayBuffer(recordBytes(length))
  const bytes = new Uint8Array(memory)
  const bits = prefix === undefined ? (isIpv4 ? 32 : 128) : Number(prefix)
  writePseudoName(address, isIpv4 ? 12 : 0, isIpv4 ? 4 : 6, bits, bytes)
  return { rule, bytes, words: new Int32Array(memory), length }
}
