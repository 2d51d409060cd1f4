/** Signs as minisign does, with a key made on the spot. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

export class MinisignSigner {
  /** As it stands in the configuration: `RW…`. */
  readonly publicKey: string
  readonly #id = randomBytes(8)
  readonly #key: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.#key = privateKey
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')
    this.publicKey = Buffer.concat([Buffer.from('Ed'), this.#id, raw]).toString('base64')
  }

  /** The text of the signature file. */
  sign(content: string | Buffer, trustedComment: string, form: 'ED' | 'Ed' = 'ED'): string {
    const bytes = Buffer.from(content)
    const signed = form === 'ED' ? createHash('blake2b512').update(bytes).digest() : bytes
    const signature = sign(null, signed, this.#key)
    const global = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), this.#key)
    const body = Buffer.concat([Buffer.from(form), this.#id, signature]).toString('base64')
    return `untrusted comment: a test\n${body}\ntrusted comment: ${trustedComment}\n${global.toString('base64')}\n`
  }
}
