/** What each code is answered with, as the API's description shows it. */
import type { ProblemCode } from '../problem.ts'

/** `detail` of an example. */
export const PROBLEM_DETAILS: Readonly<Record<ProblemCode, string>> = {
  THANHLOC_API_INVALID: 'querystring.limit must be <= 1000',
  THANHLOC_API_TOKEN: 'Say who you are: sign in (POST /api/v1/session), or send a token.',
  THANHLOC_API_ORIGIN: 'Requests that change something are not taken from other web pages.',
  THANHLOC_API_NOT_FOUND: 'There is no case 4711.',
  THANHLOC_API_TIMEOUT: 'The request did not arrive in time.',
  THANHLOC_API_CONFLICT: 'The case is at version 3 and "cleaning"; the change was made from version 2.',
  THANHLOC_API_TOO_LARGE: 'Request body is too large',
  THANHLOC_API_CONTENT_TYPE: 'Requests that change something need "Content-Type: application/json".',
  THANHLOC_API_HOST:
    'The Host header names neither an address this server listens on nor one of admin.hosts.',
  THANHLOC_API_UNPROCESSABLE: 'name "vn" is a whole top-level domain',
  THANHLOC_API_INTERNAL: 'This is a fault of the server; its log has the details.',
  THANHLOC_API_UNAVAILABLE: 'lists is being restarted',
  THANHLOC_ACCOUNT_CREDENTIALS: 'Name, password or code is wrong.',
  THANHLOC_ACCOUNT_CODE_NEEDED: 'Send the code of the second factor too.',
  THANHLOC_ACCOUNT_TOKEN:
    'The token is unknown, was revoked or has expired. Send it as "Authorization: Bearer <token>".',
  THANHLOC_ACCOUNT_SESSION: 'The session has ended: sign in again.',
  THANHLOC_ACCOUNT_DISABLED: 'The account is disabled: ask an administrator.',
  THANHLOC_ACCOUNT_CSRF:
    'Requests that change something need the CSRF token of the session in the header X-CSRF-Token.',
  THANHLOC_ACCOUNT_FORBIDDEN: 'The role viewer does not allow client.read: ask an administrator.',
  THANHLOC_ACCOUNT_UNKNOWN: 'There is no account of that name.',
  THANHLOC_ACCOUNT_EXISTS: 'There is an account of that name, or one that looks the same.',
  THANHLOC_ACCOUNT_LIMIT: 'There are 1000 tokens, as many as there may be: revoke old ones.',
  THANHLOC_ACCOUNT_CONFLICT: 'That is the last administrator: make another one first.',
  THANHLOC_ACCOUNT_INVALID: 'That is no role: take one of viewer, officer, admin, auditor.',
  THANHLOC_ACCOUNT_PASSWORD: 'The password is too weak: it is shorter than 12 characters.',
  THANHLOC_ACCOUNT_LOCKED:
    'Too many failures: try again in 840 s, or ask an administrator to unlock the account.',
  THANHLOC_ACCOUNT_BUSY: 'Too many sign-ins at once: try again in a few seconds.',
  THANHLOC_ACCOUNT_KEY: 'accounts.key in the data directory is missing: second factors cannot be checked.',
  THANHLOC_ACCOUNTS_UNAVAILABLE:
    'The accounts cannot be used (accounts.db in the data directory: disk full): make room.',
}
