/** A number with what it counts, as they stand in a row at the top of a page. */
import type { ComponentChildren } from 'preact'
import { Link } from './link.tsx'

export function Figures({ children }: { readonly children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>
}

/** With `href` the number leads to what was counted. */
export function Figure({
  label,
  value,
  note,
  href,
  isBad = false,
}: {
  readonly label: string
  readonly value: string
  readonly note?: string
  readonly href?: string
  readonly isBad?: boolean
}) {
  return (
    <div class={isBad ? 'figure is-bad' : 'figure'}>
      <dt>{label}</dt>
      <dd>{href === undefined ? value : <Link href={href}>{value}</Link>}</dd>
      {note !== undefined && <dd class="hint">{note}</dd>}
    </div>
  )
}
