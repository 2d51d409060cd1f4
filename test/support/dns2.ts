/** dns2 as an independent reader of messages; its typings leave out much of what it does. */
import { Packet } from 'dns2'

export interface Dns2Record {
  readonly name: string
  readonly type: number
  readonly class: number
  readonly ttl: number
}

export interface Dns2Message {
  readonly answers: readonly Dns2Record[]
  readonly authorities: readonly Dns2Record[]
  readonly additionals: readonly Dns2Record[]
}

export function decode(bytes: Buffer): Dns2Message {
  const packet = Packet.parse(bytes) as unknown as Dns2Message & { readonly errors?: readonly Error[] }
  if (packet.errors !== undefined && packet.errors.length > 0) throw packet.errors[0]!
  return packet
}
