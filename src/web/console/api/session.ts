/** Who is signed in: asked of the server at the start, and again when it says that the session is over. */
import { Store } from '../kit/store.ts'
import { ApiProblem, get, send, setCsrf, signIns, whenOtherSession, whenSignedOut } from './call.ts'

export interface Caller {
  readonly kind: string
  readonly name: string
  readonly role: string | null
  /** Null: all units. */
  readonly units: readonly string[] | null
  readonly mustChangePassword: boolean
  /** What the role allows: docs/api.md. */
  readonly actions: readonly string[]
  readonly csrf: string | null
  /** Without a request the session ends after so long. */
  readonly idleSeconds: number | null
  /** Null: the account has no second factor. */
  readonly recoveryCodesLeft: number | null
}

/** `expired`: somebody was signed in; what they were looking at stays behind the form. */
export type Session =
  | { readonly state: 'asking' }
  | { readonly state: 'out'; readonly problem: ApiProblem | null; readonly why: WhyOut | null }
  | { readonly state: 'in'; readonly caller: Caller; readonly isExpired: boolean }

/** What is said above the form to sign in. */
export type WhyOut = 'signedOut' | 'passwordChanged'

export const session = new Store<Session>({ state: 'asking' })

/** All tabs of a browser have one cookie: each says to the others what has become of it. */
type Said = 'in' | 'out'
let tabs: BroadcastChannel | null = null

/** To be called once. */
export async function openSession(): Promise<void> {
  whenSignedOut(() => {
    const now = session.value
    if (now.state === 'in') session.set({ ...now, isExpired: true })
  })
  whenOtherSession(() => void followCookie())
  tabs = new BroadcastChannel('thanhloc-session')
  tabs.addEventListener('message', ({ data }: MessageEvent<Said>) =>
    data === 'in' ? void followCookie() : out('signedOut', null),
  )
  // Kept whole by the browser while somebody was elsewhere.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void followCookie()
  })
  try {
    enter(await get<Caller>('/session'))
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    session.set({ state: 'out', problem: error.status === 401 ? null : error, why: null })
  }
}

export interface Credentials {
  readonly name: string
  readonly password: string
  readonly code?: string
}

/** Throws ApiProblem: `THANHLOC_ACCOUNT_CODE_NEEDED` asks for the second factor. */
export async function signIn(credentials: Credentials): Promise<void> {
  setCsrf(null)
  enter(await send<Caller>('POST', '/session', credentials))
  signIns.set(signIns.value + 1)
  tabs?.postMessage('in' satisfies Said)
}

/** Where the server could not be told, that is said: there the session goes on until it ends by itself. */
export async function signOut(): Promise<void> {
  try {
    await send('DELETE', '/session')
    leave('signedOut')
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    if (error.status === 401) return leave('signedOut')
    tabs?.postMessage('out' satisfies Said)
    out(null, error)
  }
}

/** The server has ended the session, of all tabs. */
export function leave(why: WhyOut): void {
  tabs?.postMessage('out' satisfies Said)
  out(why, null)
}

function out(why: WhyOut | null, problem: ApiProblem | null): void {
  setCsrf(null)
  session.set({ state: 'out', problem, why })
}

/** Whoever the cookie is of now is who is signed in here: nothing of anybody else stays. */
async function followCookie(): Promise<void> {
  try {
    enter(await get<Caller>('/session', { isBackground: true }))
    signIns.set(signIns.value + 1)
  } catch (error) {
    // What is over has been told to `whenSignedOut`; a server that is away says nothing of the session.
    if (!(error instanceof ApiProblem)) throw error
  }
}

/** Changes one's own password, which ends the session: signed in again at once, unless a code is needed for that. */
export async function changePassword(name: string, current: string, next: string): Promise<void> {
  await send('POST', '/session/password', { current, next })
  try {
    await signIn({ name, password: next })
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    leave('passwordChanged')
  }
}

/** Asks again who is signed in, which also keeps the session alive. Throws ApiProblem. */
export async function renewSession(): Promise<void> {
  enter(await get<Caller>('/session'))
}

/** Whether the session still lives, without keeping it alive: where it does not, the form stands in front. */
export async function checkSession(): Promise<void> {
  try {
    await get('/session', { isBackground: true })
  } catch (error) {
    // What is over has been told to `whenSignedOut`; a server that is away says nothing of the session.
    if (!(error instanceof ApiProblem)) throw error
  }
}

/** Whether who is signed in may do that action of docs/api.md; the server decides, this hides what it would refuse. */
export function mayDo(action: string): boolean {
  const now = session.value
  return now.state === 'in' && now.caller.actions.includes(action)
}

function enter(caller: Caller): void {
  setCsrf(caller.csrf)
  session.set({ state: 'in', caller, isExpired: false })
}
