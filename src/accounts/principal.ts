/** Who a request comes from, once that is known, and how the audit trail names them. */
import type { Role } from './roles.ts'

export interface Principal {
  /** `socket`: by the socket in the data directory, whose mode has let the caller in. `none`: nobody said who they are. */
  readonly kind: 'user' | 'token' | 'socket' | 'none'
  /** Of the account or token; of the socket the uid of the caller where it is known; else ''. */
  readonly name: string
  /** Null: none, so nothing is allowed. */
  readonly role: Role | null
  /** Ids of the units the principal is responsible for, each with all below it; null: no limit. */
  readonly units: readonly string[] | null
  /** Somebody else set the password: nothing but changing it is allowed. */
  readonly mustChangePassword: boolean
}

/** A principal and where it calls from: what every change wants to know. */
export interface Caller {
  readonly principal: Principal
  /** Address of the client as text; `socket`. */
  readonly source: string
}

/** Nobody in particular. */
export const NOBODY: Principal = {
  kind: 'none',
  name: '',
  role: null,
  units: [],
  mustChangePassword: false,
}

/** Whoever may open the socket in the data directory, or the files beside it. `uid`: null where it is not known. */
export function socketPrincipal(uid: number | null): Principal {
  return {
    kind: 'socket',
    name: uid === null ? '' : String(uid),
    role: 'admin',
    units: null,
    mustChangePassword: false,
  }
}

/** As the trail names the principal: `user:an`, `token:grafana`, `socket:1000`, `socket`, `none`. Names hold no colon. */
export function actorOf({ kind, name }: Principal): string {
  return name === '' ? kind : `${kind}:${name}`
}
