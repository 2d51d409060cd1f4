/** Text of the server in which commands and keys stand between backticks. */
import { Fragment } from 'preact'

export function Marked({ text }: { readonly text: string }) {
  return (
    <>
      {text
        .split('`')
        .map((part, at) =>
          at % 2 === 1 ? <code key={at}>{part}</code> : <Fragment key={at}>{part}</Fragment>,
        )}
    </>
  )
}
