/** Who a request comes from: by the socket, by a token, by a session, or nobody. */
import { AccountsUnavailable } from './fault.ts'
import { NOBODY, socketPrincipal, type Principal } from './principal.ts'
import type { Refusal } from './problem.ts'
import { isCsrfToken } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'
import { userPrincipal } from './user-row.ts'

/** The one token from before there were accounts; src/admin/token.ts. */
export interface TokenOfFile {
  readonly isConfigured: boolean
  accepts(presented: string): boolean
}

/** What a request presents. The socket counts before a token, a token before a session. */
export interface Credentials {
  /** It came by the socket in the data directory, whose mode has let the caller in. */
  readonly bySocket: boolean
  /** User id of the process at the other end of the socket, where it is known. */
  readonly uid?: number | null | undefined
  /** The Authorization header. */
  readonly authorization?: string | undefined
  /** The value of the session's cookie; see readSessionCookie. */
  readonly cookie?: string | null | undefined
  /** The header that pages send the CSRF token in. */
  readonly csrf?: string | undefined
  /** The request may change something: neither GET nor HEAD. */
  readonly isChange: boolean
  /** The page makes it by itself, not its reader: it keeps no session alive. */
  readonly isBackground?: boolean | undefined
}

const HEADER_MAX = 1024
const WRONG_TOKEN: Refusal = {
  code: 'THANHLOC_ACCOUNT_TOKEN',
  detail: 'The token is unknown, was revoked or has expired. Send it as "Authorization: Bearer <token>".',
}
const ENDED: Refusal = { code: 'THANHLOC_ACCOUNT_SESSION', detail: 'The session has ended: sign in again.' }
const NO_CSRF: Refusal = {
  code: 'THANHLOC_ACCOUNT_CSRF',
  detail: 'Requests that change something need the CSRF token of the session in the header X-CSRF-Token.',
}
/** Of the token of admin.tokenFile. */
const TOKEN_OF_FILE: Principal = {
  kind: 'token',
  name: 'admin.tokenFile',
  role: 'admin',
  units: null,
  mustChangePassword: false,
}

/** The principal, NOBODY where nothing is presented, a refusal where what is presented is wrong. Never throws of the file. */
export function authenticate(
  credentials: Credentials,
  tokenOfFile: TokenOfFile,
  tokens: Pick<Tokens, 'find'>,
  sessions: Pick<Sessions, 'find'>,
): Principal | Refusal {
  const { bySocket, uid, authorization, cookie } = credentials
  if (bySocket) return socketPrincipal(uid ?? null)
  try {
    if (authorization !== undefined) return byToken(authorization, tokenOfFile, tokens)
    if (cookie !== undefined && cookie !== null) return bySession(cookie, credentials, sessions)
    return NOBODY
  } catch (error) {
    if (error instanceof AccountsUnavailable) return { code: error.code, detail: error.message }
    throw error
  }
}

function byToken(
  authorization: string,
  tokenOfFile: TokenOfFile,
  tokens: Pick<Tokens, 'find'>,
): Principal | Refusal {
  if (authorization.length > HEADER_MAX) return WRONG_TOKEN
  const presented = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (presented === undefined) return WRONG_TOKEN
  // First, because it needs no file of accounts.
  if (tokenOfFile.isConfigured && tokenOfFile.accepts(presented)) return TOKEN_OF_FILE
  return tokens.find(presented) ?? WRONG_TOKEN
}

function bySession(
  cookie: string,
  credentials: Credentials,
  sessions: Pick<Sessions, 'find'>,
): Principal | Refusal {
  const { csrf, isChange, isBackground } = credentials
  // Before the session is looked at: what another page sends keeps none alive.
  if (isChange && !isCsrfToken(cookie, csrf)) return NO_CSRF
  const found = sessions.find(cookie, isBackground ?? false)
  return found === null ? ENDED : userPrincipal(found.user)
}
