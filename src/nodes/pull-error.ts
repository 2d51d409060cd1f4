/** Why hits of another node could not be taken over, and what to do about it. */

export class PullError extends Error {
  readonly code = 'THANHLOC_PULL'
  /** What to do, for the operator. */
  readonly advice: string

  /** Neither text names a secret or quotes what the other side sent. */
  constructor(reason: string, advice: string, options?: ErrorOptions) {
    super(reason, options)
    this.advice = advice
  }
}

const NETWORK = 'look at the network and the firewalls between the two'
const TRUST = 'name its certification authority, or its own certificate where it is self-signed, in `caFile`'
const RENEW = 'renew the certificate there (`admin.tls`); where it is right, one of the two clocks is wrong'

/** By the code of the error; the reason goes on behind "it", the host. */
const BY_CODE: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ECONNREFUSED: ['nobody listens there', 'start it; its `admin.listen` must be an address that is reached from here'],
  ENOTFOUND: ['the name is not known', 'write its address into `url`'],
  EAI_AGAIN: ['the name cannot be looked up now', 'write its address into `url`'],
  ETIMEDOUT: ['it cannot be reached', NETWORK],
  EHOSTUNREACH: ['it cannot be reached', NETWORK],
  ENETUNREACH: ['it cannot be reached', NETWORK],
  ECONNRESET: ['the connection broke off', 'see the log there'],
  EPIPE: ['the connection broke off', 'see the log there'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is trusted by nobody here', TRUST],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate is trusted by nobody here', TRUST],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate is trusted by nobody here', TRUST],
  UNABLE_TO_GET_ISSUER_CERT: ['its certificate is trusted by nobody here', TRUST],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its certificate is trusted by nobody here', TRUST],
  CERT_HAS_EXPIRED: ['its certificate has expired', RENEW],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', RENEW],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name or address', 'write one that stands in the certificate into `url`'],
  EPROTO: ['no TLS is spoken there', 'set `admin.tls` there, or correct `url`'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['no TLS is spoken there', 'set `admin.tls` there, or correct `url`'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['no TLS is spoken there', 'set `admin.tls` there, or correct `url`'],
} // prettier-ignore

/** What a connection that failed means. */
export function connectionError(error: NodeJS.ErrnoException): PullError {
  const { code = '', message } = error
  const [reason, advice] = BY_CODE[code] ?? [
    code.startsWith('HPE_')
      ? 'no HTTP is spoken there'
      : `the connection failed: ${code === '' ? message : code}`,
    'correct `url`: it is the admin API of the other server',
  ]
  return new PullError(reason, advice, { cause: error })
}

const BY_STATUS: Readonly<Record<number, readonly [reason: string, advice: string]>> = {
  401: ['it does not take the token', 'make one there with `thanhloc token add NAME --role node` and put it into `tokenFile`; tokens end'],
  403: ['it does not let the token take hits', 'the token needs the role `node`: make one there with `thanhloc token add NAME --role node`'],
  404: ['it knows no hits to be taken over', 'correct `url`; an older version there must be brought up to this one'],
  421: ['it is called by a name it does not know', 'add the name in `url` to its `admin.hosts`, or use its address'],
  503: ['it cannot read its hits now', 'see `thanhloc status` there'],
} // prettier-ignore

/** What a status other than 200 means. */
export function statusError(status: number): PullError {
  if (status >= 300 && status < 400)
    return new PullError(
      `it answers ${status} and points elsewhere, which is not followed`,
      'put the new place into `url`',
    )
  const [reason, advice] = BY_STATUS[status] ?? [`it answers ${status}`, 'see the log there']
  return new PullError(reason, advice)
}
