/**
 * `accounts.key` in the data directory: the key secrets of second factors are encrypted with, so that a copy of the
 * database alone gives none of them away. Made when the first secret is; never made anew beside secrets that need it.
 */
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../lists/atomic-file.ts'
import type { Random } from '../random.ts'
import { reasonOf } from './fault.ts'
import type { AccountsLog } from './log.ts'
import { refuse } from './problem.ts'
import { SEAL_KEY_BYTES } from './sealed.ts'
import { secretBytes } from './secret.ts'

/** Name of the key file inside the data directory. */
export const KEY_FILE = 'accounts.key'

const OTHERS = 0o077
const MAX_BYTES = 1024
const KEY = new RegExp(`^([0-9a-f]{${SEAL_KEY_BYTES * 2}})\\s*$`)

export class KeyFile {
  readonly #path: string
  readonly #random: Random
  readonly #log: AccountsLog

  constructor(directory: string, random: Random, log: AccountsLog) {
    this.#path = join(directory, KEY_FILE)
    this.#random = random
    this.#log = log
  }

  /** The key. Throws AccountError THANHLOC_ACCOUNT_KEY where there is none or the file is damaged. */
  read(): Buffer {
    let text: string
    try {
      const { mode, size } = statSync(this.#path)
      if ((mode & OTHERS) !== 0) {
        this.#log.warn(
          { file: this.#path },
          'the key of the accounts could be read by others: mode set to 0600',
        )
        chmodSync(this.#path, 0o600)
      }
      text = size > MAX_BYTES ? '' : readFileSync(this.#path, 'utf8')
    } catch (error) {
      return this.#refuse(`cannot be read (${reasonOf(error)})`)
    }
    const match = KEY.exec(text)
    return match === null ? this.#refuse('is damaged') : Buffer.from(match[1]!, 'hex')
  }

  /** As `read`; where `isFirst` secret of all and the file is missing, makes it. Throws also what the file system says. */
  readOrCreate(isFirst: boolean): Buffer {
    if (isFirst && statSync(this.#path, { throwIfNoEntry: false }) === undefined)
      writeAtomically(this.#path, `${secretBytes(this.#random, SEAL_KEY_BYTES).toString('hex')}\n`)
    return this.read()
  }

  #refuse(what: string): never {
    return refuse(
      'THANHLOC_ACCOUNT_KEY',
      `${KEY_FILE} in the data directory ${what}: second factors cannot be checked. Restore it from the backup, or take the second factor off ` +
        'the accounts by the admin socket and let their owners set it up again.',
    )
  }
}
