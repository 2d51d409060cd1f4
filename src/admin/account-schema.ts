/** Pieces of the schemas of accounts and tokens. */
import { Type } from 'typebox'

export const Name = Type.String({ minLength: 1, maxLength: 256 })
/** Bounded again, in bytes, where it is checked. */
export const Password = Type.String({ minLength: 1, maxLength: 1024, description: 'kept as a hash only' })
export const Code = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'six digits of the authenticator app, or a recovery code',
})
export const Role = Type.String({
  description: 'viewer, officer, admin, auditor; of tokens also node, firewall',
})
export const Units = Type.Union(
  [Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1000 }), Type.Null()],
  {
    description: 'ids of units, each with all under it; null: no limit. For viewers and officers',
  },
)
/** What proves a person again before something that outlasts the session. */
export const Proof = Type.Object(
  { password: Password, code: Type.Optional(Code) },
  { additionalProperties: false },
)
