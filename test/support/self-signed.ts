/** A certificate made on the spot: X.509 v3 in DER by hand (RFC 5280 §4.1), signed by its own P-256 key. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { isIP } from 'node:net'

export interface SelfSigned {
  /** PEM, both. */
  readonly key: string
  readonly cert: string
}

/** For `names`: host names and IPv4 addresses. Valid from 2020 to 2049. */
export function selfSigned(...names: readonly string[]): SelfSigned {
  return selfSignedUntil('491231235959Z', ...names)
}

/** The same, valid to `end`: UTCTime (RFC 5280 §4.1.2.5.1). */
export function selfSignedUntil(end: string, ...names: readonly string[]): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('2a8648ce3d040302')) // ecdsa-with-SHA256
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(names[0]!)))))
  const validity = sequence(tlv(0x17, Buffer.from('200101000000Z')), tlv(0x17, Buffer.from(end)))
  const alternatives = names.map((one) =>
    isIP(one) === 4 ? tlv(0x87, Buffer.from(one.split('.').map(Number))) : tlv(0x82, Buffer.from(one)),
  )
  const subjectAltName = sequence(oid('551d11'), tlv(0x04, sequence(...alternatives)))
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(subjectAltName)),
  )
  const signature = sign('sha256', body, privateKey)
  const der = sequence(body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g)!
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}
