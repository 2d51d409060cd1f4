/**
 * The accounts of the admin API as the control thread uses them: who calls, what they may, and the trail of what they
 * did. Nothing here knows HTTP; the routes pass in headers' values and set the cookies.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { AccountsFile } from './accounts-file.ts'
import { headText, readHead, type AuditEntry, type AuditEvent } from './audit-entry.ts'
import { AuditTrail } from './audit-trail.ts'
import { verifyTrail, type AuditReport } from './audit-verify.ts'
import { authenticate, type Credentials, type TokenOfFile } from './authenticate.ts'
import { CredentialCheck, type Failure, type Presented } from './credential-check.ts'
import type { Connect } from './database.ts'
import { FactorCheck, recoveryCodesLeft } from './factor-check.ts'
import { AccountsUnavailable } from './fault.ts'
import { HashQueue } from './hash-queue.ts'
import { KeyFile } from './key-file.ts'
import { Lockout, type LockedOut } from './lockout.ts'
import type { AccountsLog } from './log.ts'
import { DEFAULT_COST, type ScryptCost } from './password-hash.ts'
import { demand } from './permission.ts'
import { actorOf, type Caller, type Principal } from './principal.ts'
import { refuse, type Refusal } from './problem.ts'
import { SecondFactors } from './second-factors.ts'
import { Sessions, type NewSession } from './sessions.ts'
import { Tokens } from './tokens.ts'
import { userPrincipal } from './user-row.ts'
import { Users } from './users.ts'

const HEAD_MS = 3_600_000

export interface AccountsOptions {
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly log: AccountsLog
  /** The token of admin.tokenFile or THANHLOC_ADMIN_TOKEN. */
  readonly tokenOfFile: TokenOfFile
  /** Shown in authenticator apps beside the account. */
  readonly issuer?: string
  /** Cost of password hashes; tests take less. */
  readonly cost?: ScryptCost
  /** Opens a connection; tests put limited ones here. */
  readonly connect?: Connect
}

/** How the accounts are, for metrics. */
export interface AccountsStatus {
  /** Attempts to sign in, or to prove who one is, that came to nothing since the start. */
  readonly failures: Readonly<Record<Failure, number>>
  /** What stands in the file; null: it cannot be read now. */
  readonly file: {
    readonly locked: LockedOut
    readonly sessions: number
    /** Number of the last row of the audit trail. */
    readonly trailHead: number
  } | null
}

/** Somebody who signed in. */
export interface SignedIn extends NewSession {
  readonly principal: Principal
  /** Null: the account has no second factor. */
  readonly recoveryCodesLeft: number | null
}

export class Accounts {
  readonly users: Users
  readonly tokens: Tokens
  readonly factors: SecondFactors
  readonly trail: AuditTrail
  readonly #file: AccountsFile
  readonly #clock: Clock
  readonly #log: AccountsLog
  readonly #tokenOfFile: TokenOfFile
  readonly #sessions: Sessions
  readonly #check: CredentialCheck
  readonly #lockout: Lockout
  readonly #stopHeads: () => void

  /** Opens or creates the accounts in a data directory. Never throws: a file that cannot be used is `fault`. */
  static open(options: AccountsOptions): Accounts {
    return new Accounts(options)
  }

  private constructor(options: AccountsOptions) {
    const { directory, clock, random, log, connect } = options
    const file = new AccountsFile({ directory, clock, log, connect })
    const keyFile = new KeyFile(directory, random, log)
    const trail = new AuditTrail(file, clock)
    const lockout = new Lockout(file, clock)
    const factors = new FactorCheck(clock, keyFile)
    const queue = new HashQueue()
    const cost = options.cost ?? DEFAULT_COST
    const check = new CredentialCheck({ file, clock, random, lockout, trail, factors, queue, cost })
    this.#file = file
    this.#clock = clock
    this.#log = log
    this.#tokenOfFile = options.tokenOfFile
    this.#sessions = new Sessions(file, clock, random)
    this.#check = check
    this.#lockout = lockout
    this.trail = trail
    this.users = new Users({ file, clock, random, trail, lockout, check })
    this.tokens = new Tokens(file, clock, random, trail)
    const issuer = options.issuer ?? 'Thanh Lọc'
    this.factors = new SecondFactors({ file, random, trail, check, factors, keyFile, issuer })
    this.logHead()
    this.#stopHeads = clock.every(HEAD_MS, () => this.logHead())
  }

  /** What keeps the accounts from being used, or null. */
  get fault(): AccountsUnavailable | null {
    return this.#file.fault
  }

  /** Never throws. */
  status(): AccountsStatus {
    return { failures: this.#check.failures, file: this.#fileStatus() }
  }

  /** Who a request comes from: NOBODY where it does not say, a refusal where what it says is wrong. Never throws. */
  authenticate(credentials: Credentials): Principal | Refusal {
    return authenticate(credentials, this.#tokenOfFile, this.tokens, this.#sessions)
  }

  /** Begins a session for a person. */
  async signIn(presented: Presented): Promise<SignedIn | Refusal> {
    return this.#check.check(presented, true, (user, statements) => {
      const session = this.#sessions.begin(user, presented.source)
      statements.of('UPDATE user SET active_at = ? WHERE id = ?').run(this.#clock.wallMs(), user.id)
      const principal = userPrincipal(user)
      this.trail.append({ principal, source: presented.source }, { action: 'sign-in' })
      const left = user.hasFactor ? recoveryCodesLeft(statements, user.id) : null
      return { ...session, principal, recoveryCodesLeft: left }
    })
  }

  /** Ends the session of a cookie value; false where there was none. Throws AccountsUnavailable. */
  signOut(cookie: string, source: string): boolean {
    return this.#file.change(() => {
      const user = this.#sessions.end(cookie)
      if (user !== null) this.trail.append({ principal: userPrincipal(user), source }, { action: 'sign-out' })
      return user !== null
    })
  }

  /**
   * Records what a caller is about to do: do it only when this has returned. Where the trail cannot be written, callers
   * at the machine itself go on, and the log has it instead (null); others get AccountsUnavailable.
   */
  record(caller: Caller, event: AuditEvent): AuditEntry | null {
    try {
      return this.trail.append(caller, event)
    } catch (error) {
      if (caller.principal.kind !== 'socket' || !(error instanceof AccountsUnavailable)) throw error
      const actor = actorOf(caller.principal)
      this.#log.error(
        { actor, ...event, reason: event.reason ?? '' },
        'not in the audit trail, which cannot be written',
      )
      return null
    }
  }

  /**
   * Checks the audit trail and records that. `outside`: a head `seq:hash` that was kept elsewhere, or null. Rejects with
   * AccountError, AccountsUnavailable.
   */
  async verifyTrail(caller: Caller, outside: string | null): Promise<AuditReport> {
    demand(caller.principal, 'audit.verify')
    const head = outside === null ? null : readHead(outside)
    if (outside !== null && head === null)
      return refuse(
        'THANHLOC_ACCOUNT_INVALID',
        'That is no head of an audit trail: it looks like 1042:9f86d081…',
      )
    const report = await verifyTrail(this.#file, head)
    const { isSound, broken, rows } = report
    if (broken !== null) this.#log.error({ ...broken, head: report.head }, 'the audit trail is broken')
    this.trail.append(caller, {
      action: 'audit.verify',
      details: { isSound, rows, head: report.head, outside: head === null ? null : headText(head), broken },
    })
    return report
  }

  /** Writes the head of the trail to the log, for who keeps logs elsewhere; hourly, and for each export by its route. */
  logHead(): void {
    try {
      this.#log.info({ head: headText(this.trail.head()) }, 'head of the audit trail')
    } catch (error) {
      // The file has told the log why.
      if (!(error instanceof AccountsUnavailable)) throw error
    }
  }

  #fileStatus(): AccountsStatus['file'] {
    try {
      const [locked, sessions] = [this.#lockout.waiting(), this.#sessions.count()]
      return { locked, sessions, trailHead: this.trail.head().seq }
    } catch (error) {
      if (error instanceof AccountsUnavailable) return null
      throw error
    }
  }

  /** Closes the file. Never throws. */
  close(): void {
    this.#stopHeads()
    this.#file.close()
  }
}
