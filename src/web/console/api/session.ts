/** Who is signed in: asked of the server at the start, and again when it says that the session is over. */
import { Store } from '../kit/store.ts'
import { ApiProblem, get, send, setCsrf, whenSignedOut } from './call.ts'

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
}

/** `expired`: somebody was signed in; what they were looking at stays behind the form. */
export type Session =
  | { readonly state: 'asking' }
  | { readonly state: 'out'; readonly problem: ApiProblem | null }
  | { readonly state: 'in'; readonly caller: Caller; readonly isExpired: boolean }

export const session = new Store<Session>({ state: 'asking' })

/** To be called once. */
export async function openSession(): Promise<void> {
  whenSignedOut(() => {
    const now = session.value
    if (now.state === 'in') session.set({ ...now, isExpired: true })
  })
  try {
    enter(await get<Caller>('/session'))
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    session.set({ state: 'out', problem: error.status === 401 ? null : error })
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
}

/** Throws ApiProblem; who cannot be signed out there is signed out here all the same. */
export async function signOut(): Promise<void> {
  try {
    await send('DELETE', '/session')
  } finally {
    leave()
  }
}

/** The server has ended the session. */
export function leave(): void {
  setCsrf(null)
  session.set({ state: 'out', problem: null })
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
