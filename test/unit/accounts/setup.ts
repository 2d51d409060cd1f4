/** What the tests of the accounts share: accounts in a directory of their own, cheap hashes, callers of each kind. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished } from 'vitest'
import { Accounts, type AccountsOptions, type SignedIn } from '../../../src/accounts/accounts.ts'
import { AccountsFile } from '../../../src/accounts/accounts-file.ts'
import type { Connect } from '../../../src/accounts/database.ts'
import { socketPrincipal, type Caller, type Principal } from '../../../src/accounts/principal.ts'
import { AccountError, isRefusal, type AccountProblemCode } from '../../../src/accounts/problem.ts'
import { ACCOUNTS_FILE } from '../../../src/accounts/schema.ts'
import { SecureRandom } from '../../../src/random.ts'
import { FakeClock } from '../../support/fake-clock.ts'

export const CHEAP = { ln: 4, r: 1, p: 1 }
export const PASSWORD = 'Mèo trèo cây cau 7'
export const OTHER_PASSWORD = 'Chuột đi chợ xa 8!'
export const MINUTE_MS = 60_000
export const DAY_MS = 24 * 60 * MINUTE_MS
export const SOCKET: Caller = { principal: socketPrincipal(1000), source: 'socket' }

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export class FakeLog {
  readonly lines: LogLine[] = []
  info = (fields: object, message: string): void => this.#add('info', fields, message)
  warn = (fields: object, message: string): void => this.#add('warn', fields, message)
  error = (fields: object, message: string): void => this.#add('error', fields, message)

  of(part: string): LogLine[] {
    return this.lines.filter(({ message }) => message.includes(part))
  }

  #add(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, fields: { ...fields } })
  }
}

/** In memory where there is such a place: the trail waits for the disk at each row. */
const MEMORY = '/dev/shm'
const PLACE = existsSync(MEMORY) ? MEMORY : tmpdir()

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(PLACE, 'thanhloc-accounts-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'data')
}

/** Accounts and what is around them; `restart` is the end of the control thread and the start of the next one. */
export class Bench {
  readonly directory = temporaryDirectory()
  readonly clock = new FakeClock()
  readonly log = new FakeLog()
  readonly path = join(this.directory, ACCOUNTS_FILE)
  tokenOfFile: AccountsOptions['tokenOfFile'] = { isConfigured: false, accepts: () => false }
  options: Partial<AccountsOptions> = {}
  #accounts: Accounts | null = null

  constructor() {
    onTestFinished(() => this.#accounts?.close())
  }

  get accounts(): Accounts {
    this.#accounts ??= Accounts.open({
      directory: this.directory,
      clock: this.clock,
      log: this.log,
      random: new SecureRandom(),
      tokenOfFile: this.tokenOfFile,
      cost: CHEAP,
      ...this.options,
    })
    return this.#accounts
  }

  restart(): void {
    this.#accounts?.close()
    this.#accounts = null
  }

  /** Runs `work` on a connection of its own: as another program would. */
  edit<T>(work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(this.path)
    try {
      return work(database)
    } finally {
      database.close()
    }
  }

  /** An account that may sign in with PASSWORD. */
  async addUser(name: string, role = 'officer', units: readonly string[] | null = null): Promise<void> {
    await this.accounts.users.add(SOCKET, { name, role, units, password: { text: PASSWORD, isOwn: true } })
  }

  async signIn(
    name: string,
    given: { password?: string; code?: string; source?: string } = {},
  ): Promise<SignedIn> {
    const result = await this.accounts.signIn({ name, password: PASSWORD, source: '10.0.0.5', ...given })
    if (isRefusal(result)) throw new Error(`refused: ${result.code} ${result.detail}`)
    return result
  }

  /** The code of the refusal, or 'in'. */
  async trySignIn(
    name: string,
    given: { password?: string; code?: string; source?: string } = {},
  ): Promise<AccountProblemCode | 'in'> {
    const result = await this.accounts.signIn({ name, password: PASSWORD, source: '10.0.0.5', ...given })
    return isRefusal(result) ? result.code : 'in'
  }

  /** Who the session of `cookie` is of, or the code of the refusal. */
  who(cookie: string, isBackground = false): Principal | AccountProblemCode {
    const found = this.accounts.authenticate({ bySocket: false, cookie, isChange: false, isBackground })
    return isRefusal(found) ? found.code : found
  }

  /** Actions of the trail, oldest first. */
  get actions(): string[] {
    return this.accounts.trail
      .read({ limit: 1000 })
      .items.map(({ action }) => action)
      .toReversed()
  }
}

/** The accounts' file alone. */
export function openFile(connect?: Connect): {
  file: AccountsFile
  clock: FakeClock
  log: FakeLog
  directory: string
} {
  const directory = temporaryDirectory()
  const clock = new FakeClock()
  const log = new FakeLog()
  const file = new AccountsFile({ directory, clock, log, connect })
  onTestFinished(() => file.close())
  return { file, clock, log, directory }
}

export function caller(principal: Principal, source = '10.0.0.5'): Caller {
  return { principal, source }
}

/** The code `work` is refused with, by an error or a value. */
export async function codeOf(work: () => unknown): Promise<AccountProblemCode> {
  try {
    const result: unknown = await work()
    if (typeof result === 'object' && result !== null && isRefusal(result)) return result.code
  } catch (error) {
    if (error instanceof AccountError) return error.code
    throw error
  }
  return expect.fail('it was not refused')
}

/** Takes the first hurdle away, as somebody with the file would. */
export function dropTriggers(database: DatabaseSync): void {
  for (const { name } of database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).all())
    database.exec(`DROP TRIGGER ${String(name)}`)
}
