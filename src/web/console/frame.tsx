/** Around every page: who is signed in, where one is, where one can go. */
import { useEffect, useRef } from 'preact/hooks'
import { session, signOut, type Caller } from './api/session.ts'
import { useStore } from './kit/store.ts'
import { go, hrefOf, usePlace } from './kit/router.ts'
import { LanguageChoice } from './kit/language-choice.tsx'
import { Link } from './kit/link.tsx'
import { Empty, Fault, Loading } from './kit/states.tsx'
import { chooseTheme, theme, THEMES } from './kit/theme.ts'
import { IdleWarning } from './kit/idle.tsx'
import { Toast } from './kit/toast.tsx'
import { FirstPasswordPage } from './pages/account/password-form.tsx'
import { SignInAgain, SignInPage } from './pages/sign-in/sign-in-page.tsx'
import { ROUTES, routeOf } from './routes.tsx'
import { useWords } from './words/words.ts'
import icon from './icon.svg'

export function Frame() {
  const now = useStore(session)
  if (now.state === 'asking') return <Loading />
  if (now.state === 'out')
    return (
      <>
        {now.problem !== null && <Fault problem={now.problem} onRetry={() => window.location.reload()} />}
        <SignInPage why={now.why} />
      </>
    )
  const { caller, isExpired } = now
  return (
    <>
      {caller.mustChangePassword ? (
        <FirstPasswordPage caller={caller} />
      ) : (
        // Of another person nothing stays: not what was shown, nor what was typed.
        <SignedIn key={caller.name} caller={caller} />
      )}
      {isExpired && <SignInAgain name={caller.name} />}
      {!isExpired && caller.idleSeconds !== null && <IdleWarning idleSeconds={caller.idleSeconds} />}
      <Toast />
    </>
  )
}

function SignedIn({ caller }: { readonly caller: Caller }) {
  const words = useWords()
  const { path } = usePlace()
  const found = routeOf(path)
  const main = useRef<HTMLElement>(null)
  const title = found === null ? words.frame.notFound : words.pages[found.route.title]
  useEffect(() => {
    document.title = `${title} · Thanh Lọc`
  }, [title])
  // Who hears the page is taken to what is new; the first page keeps the browser's own beginning.
  const isFirst = useRef(true)
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
  }, [path])
  const may = (actions: readonly string[]): boolean =>
    actions.some((action) => caller.actions.includes(action))
  // Not everybody may see the overview: they begin with the first page they may see.
  const first = ROUTES.find(({ isInNavigation, actions }) => isInNavigation && may(actions))
  const begin = path === '/' && found !== null && !may(found.route.actions) ? first : undefined
  useEffect(() => {
    if (begin !== undefined) go(hrefOf(begin.path), true)
  }, [begin])
  const Page = found?.route.page
  return (
    <div class="frame">
      <a class="skip" href="#main">
        {words.frame.skip}
      </a>
      <header class="top">
        <Link href={hrefOf('/')} class="brand">
          <img src={icon} alt="" width="28" height="28" /> Thanh Lọc
        </Link>
        <nav aria-label={words.frame.navigation}>
          {ROUTES.filter(({ isInNavigation, actions }) => isInNavigation && may(actions)).map(
            ({ path: to, title: name }) => (
              <Link key={to} href={hrefOf(to)} aria-current={isUnder(path, to) ? 'page' : undefined}>
                {words.pages[name]}
              </Link>
            ),
          )}
        </nav>
        <Choices caller={caller} />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {Page === undefined || found === null ? (
          <Empty title={words.frame.notFound}>
            <Link href={hrefOf('/')}>{words.frame.home}</Link>
          </Empty>
        ) : may(found.route.actions) ? (
          <Page id={found.id} />
        ) : (
          <Empty title={words.frame.notAllowed}>{words.frame.notAllowedHint}</Empty>
        )}
      </main>
    </div>
  )
}

function isUnder(path: string, to: string): boolean {
  return to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)
}

function Choices({ caller }: { readonly caller: Caller }) {
  const words = useWords()
  const shade = useStore(theme)
  return (
    <div class="choices">
      <LanguageChoice />
      <label>
        <span class="for-ears">{words.frame.theme}</span>
        <select
          value={shade}
          onChange={(event) =>
            chooseTheme(THEMES.find((one) => one === event.currentTarget.value) ?? 'system')
          }
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {words.frame.themes[one]}
            </option>
          ))}
        </select>
      </label>
      <Link href={hrefOf('/account')} class="who">
        {caller.name}
      </Link>
      <button type="button" class="quiet" onClick={() => void signOut()}>
        {words.frame.signOut}
      </button>
    </div>
  )
}
