/** A link to a page of the console. */
import type { ComponentChildren } from 'preact'
import { go, isForBrowser } from './router.ts'

/** As `<a>`; `href` is of `hrefOf`. */
export function Link({
  href,
  children,
  ...rest
}: {
  readonly href: string
  readonly children: ComponentChildren
  readonly class?: string
  readonly title?: string
  readonly 'aria-current'?: 'page' | undefined
  readonly 'aria-label'?: string
}) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        if (isForBrowser(event)) return
        event.preventDefault()
        go(href)
      }}
    >
      {children}
    </a>
  )
}
