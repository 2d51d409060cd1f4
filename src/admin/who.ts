/** Who a client is, as the API tells it, and to whom. */
import { Type } from 'typebox'
import { AccountError } from '../accounts/problem.ts'
import type { Caller } from '../accounts/principal.ts'
import { may } from '../accounts/roles.ts'
import type { ClientWho } from '../detection/queries.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])

export const Identity = Type.Object(
  {
    key: Type.Union([Type.String(), Type.Null()], {
      description: '`mac:aa:bb:cc:dd:ee:ff`, `duid:<hex>`, `addr:<32 hex digits>`',
    }),
    mac: NullableText,
    hostName: Type.Union([Type.String(), Type.Null()], {
      description: 'as the machine called itself: data, never markup',
    }),
    name: NullableText,
    department: NullableText,
    place: NullableText,
    role: Type.Union([Type.String(), Type.Null()], { description: 'who is in charge of it' }),
    source: Type.String({ description: 'register, lease, neighbour, edns, reverse, none' }),
    sure: Type.String({ description: 'certain, likely, guess' }),
    kind: Type.String({ description: 'machine, router' }),
  },
  { description: 'who it is; name, department, place and role from the asset register' },
)

/**
 * Whether a list shows `caller` who its clients are: `wanted` says so; where it says nothing, programs that may are shown
 * (they know the API by its addresses) and people are not; by the socket always. Throws AccountError when it is wanted
 * by somebody who may not.
 */
export function revealsTo({ principal }: Caller, wanted: boolean | undefined): boolean {
  if (principal.kind === 'socket') return true
  const isAllowed = may(principal, 'client.reveal')
  const reveals = wanted ?? (principal.kind === 'token' && isAllowed)
  if (!reveals || isAllowed) return reveals
  const detail = 'The role does not allow client.reveal: ask without reveal and q.'
  throw new AccountError({ code: 'THANHLOC_ACCOUNT_FORBIDDEN', detail })
}

/** Without what says which machine it is. */
export function hideIdentity(identity: ClientWho) {
  return {
    ...identity,
    key: null,
    mac: null,
    hostName: null,
    name: null,
    department: null,
    place: null,
    role: null,
  }
}
