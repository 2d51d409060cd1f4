/** What the calls about contacts with the sinkhole's address give. */
import { Type } from 'typebox'
import { LED_BY } from '../detection/contact-hit.ts'
import type { Confirmed, StoredContact } from '../detection/queries.ts'
import { CONTACT_PROTOCOLS } from '../notice/letters.ts'
import { Time, timeText } from './schema.ts'
import { hideIdentity, Identity } from './who.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])

/** Of a client, beside it. */
export const ConfirmedShape = Type.Union(
  [
    Type.Object({
      contacts: Type.Integer({ description: 'connections' }),
      firstSeen: Time,
      lastSeen: Time,
    }),
    Type.Null(),
  ],
  {
    description:
      "connections to the sinkhole's address that something led to and that no browser made: evidence beyond the lookup; null: none",
  },
)

export const ContactItem = Type.Object(
  {
    id: Type.Integer(),
    clientId: Type.Integer(),
    address: Type.Union([Type.String(), Type.Null()], { description: 'it came from; null: hidden' }),
    clientPort: Type.Integer({ description: 'of the latest connection' }),
    identity: Identity,
    unit: Type.Union([Type.String(), Type.Null()], { description: 'of the latest address of the client' }),
    local: Type.Union([Type.String(), Type.Null()], {
      description:
        'the address it connected to; null, as the port: a row that counts those past the bound of its client',
    }),
    port: Type.Union([Type.Integer(), Type.Null()]),
    protocol: Type.Enum([...CONTACT_PROTOCOLS]),
    host: Type.Union([Type.String(), Type.Null()], {
      description: 'of `Host` or SNI. This and the next three were sent by the client: data, never markup',
    }),
    method: NullableText,
    path: Type.Union([Type.String(), Type.Null()], { description: 'without the query' }),
    userAgent: NullableText,
    hasReferrer: Type.Boolean(),
    firstBytes: Type.Union([Type.String(), Type.Null()], { description: 'SHA-256, hexadecimal' }),
    firstBytesLength: Type.Integer({ description: 'of how many bytes' }),
    isBrowserLike: Type.Boolean(),
    isConfirmed: Type.Boolean({ description: 'something led there, and it was no browser' }),
    count: Type.Integer({ description: 'connections or requests that look the same' }),
    firstSeen: Time,
    lastSeen: Time,
    led: Type.Enum([...LED_BY], {
      description:
        '`name`: a hit of the client for that host; `address`: it connected to an address of others that the firewall brought here; `time`: its last hit answered with the sinkhole, within five minutes; `none`: nothing is known',
    }),
    hit: Type.Union([Type.Object({ indicator: Type.String(), at: Time }), Type.Null()], {
      description: 'the one that led there, and when it was asked for last by then',
    }),
  },
  { description: 'connections of one client that look the same' },
)

export function toContact({ hit, ...contact }: StoredContact) {
  return {
    ...contact,
    firstSeen: timeText(contact.firstSeen),
    lastSeen: timeText(contact.lastSeen),
    hit: hit === null ? null : { indicator: hit.indicator, at: timeText(hit.at) },
  }
}

/** Without what says which machine it is. */
export function toHiddenContact(contact: StoredContact) {
  return { ...toContact(contact), address: null, identity: hideIdentity(contact.identity) }
}

export function toConfirmed(confirmed: Confirmed | null) {
  if (confirmed === null) return null
  const { contacts, firstSeen, lastSeen } = confirmed
  return { contacts, firstSeen: timeText(firstSeen), lastSeen: timeText(lastSeen) }
}
