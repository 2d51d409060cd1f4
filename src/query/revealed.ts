/** A machine as the forwarder by which it asks names it in EDNS options. */
import { readClientMac, readClientSubnet, writeLinkLocal } from '../wire/client-options.ts'
import type { Query } from '../wire/question.ts'

export class Revealed {
  /** 16 bytes. Where the forwarder says no full address, the one the machine makes itself from its MAC. */
  readonly address = new Uint8Array(16)
  /** 6 bytes; they mean nothing without `hasMac`. */
  readonly mac = new Uint8Array(6)
  hasMac = false

  /** Becomes the machine that asks `query`, which stands in `request`. False: its options tell no machine. */
  read(request: Uint8Array, { clientSubnetAt, clientMacAt }: Query): boolean {
    this.hasMac = clientMacAt !== 0 && readClientMac(request, clientMacAt, this.mac)
    if (clientSubnetAt !== 0 && readClientSubnet(request, clientSubnetAt, this.address)) return true
    if (this.hasMac) writeLinkLocal(this.mac, this.address)
    return this.hasMac
  }

  /** Becomes a copy of `other`. */
  take(other: Revealed): this {
    this.address.set(other.address)
    this.mac.set(other.mac)
    this.hasMac = other.hasMac
    return this
  }
}
