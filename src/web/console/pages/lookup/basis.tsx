/** The lists that hold a name, each with what justifies it: document, file and line, or annex, place and who approved it. */
import type { ComponentChildren } from 'preact'
import { actorText } from '../../kit/actor.ts'
import { Badge } from '../../kit/badge.tsx'
import { useFormat, type Format } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords, type Words } from '../../words/words.ts'
import { ownBasis } from '../lists/own-basis.ts'
import { placeText } from '../lists/place-text.ts'
import { ValidityText } from '../lists/validity.tsx'
import type { Found } from './because.ts'

type Holder = Found['lists'][number]
type Origin = Holder['imports'][number]

export function BasisPart({ of }: { readonly of: Found }) {
  const { lookup: words } = useWords()
  if (of.lists.length === 0) return null
  return (
    <section class="card" aria-labelledby="basis-title">
      <h2 id="basis-title">{words.holders}</h2>
      {of.lists.map((holder) => (
        <HolderPart
          key={`${holder.id} ${holder.indicator}`}
          of={holder}
          isDeciding={holder.id === of.list && holder.indicator === of.indicator}
        />
      ))}
    </section>
  )
}

function HolderPart({ of, isDeciding }: { readonly of: Holder; readonly isDeciding: boolean }) {
  const { lookup: words, lists } = useWords()
  const format = useFormat()
  const document = lists.documentOf(of.document, of.issuer, of.issued === null ? '' : format.day(of.issued))
  return (
    <article class="holder">
      <h3>
        {of.id === 'overrides' ? (
          words.because.overrides
        ) : (
          <Link href={hrefOf('/lists', { list: of.id })}>
            <code>{of.id}</code>
          </Link>
        )}{' '}
        {isDeciding && <Badge tone="notice">{words.decides}</Badge>}
      </h3>
      <dl class="pairs">
        <Pair name={words.fields.indicator}>
          <code>{of.indicator}</code> ({wordFor(lists.scopes, of.kind)})
        </Pair>
        <Pair name={words.fields.action}>{wordFor(lists.actions, of.action)}</Pair>
        {of.id !== 'overrides' && ownBasis(of) !== '' && (
          <Pair name={words.fields.basis}>{ownBasis(of)}</Pair>
        )}
        {document !== '' && <Pair name={words.fields.document}>{document}</Pair>}
        {of.allowed !== null && (
          <Pair name={words.fields.owner}>{allowedText(of.allowed, lists, format)}</Pair>
        )}
        {of.campaign !== null && <Pair name={words.fields.campaign}>{of.campaign}</Pair>}
        {of.id !== 'overrides' && (
          <Pair name={words.fields.validity}>
            <ValidityText of={of} />
          </Pair>
        )}
        {of.file !== null && (
          <Pair name={words.fields.file}>
            <code>
              {of.file.line === null ? of.file.path : words.line(of.file.path, String(of.file.line))}
            </code>
          </Pair>
        )}
      </dl>
      {of.imports.map((origin) => (
        <OriginPart key={`${origin.import}/${origin.item}`} of={origin} />
      ))}
    </article>
  )
}

/** Who answers for an entry of an allow file, why, and until when. */
function allowedText(
  { owner, reason, until }: NonNullable<Holder['allowed']>,
  { validity }: Words['lists'],
  format: Format,
): string {
  const end = until === null ? validity.unlimited : validity.allowedUntil(format.day(until))
  return [owner === '' ? validity.nobody : owner, reason, end].filter((part) => part !== '').join('; ')
}

function OriginPart({ of }: { readonly of: Origin }) {
  const words = useWords()
  const format = useFormat()
  const { lookup, lists, reasons } = words
  const document = lists.documentOf(of.document, of.issuer, of.issued === null ? '' : format.day(of.issued))
  const more = of.places > 1 ? `, ${lookup.morePlaces(format.count(of.places - 1))}` : ''
  return (
    <dl class="pairs origin">
      <Pair name={lookup.origin}>
        <Link href={hrefOf(`/lists/imports/${of.import}`)}>{document}</Link> ({lookup.item(String(of.item))})
      </Pair>
      <Pair name={lookup.originPlace}>
        {placeText({ file: of.file, ...of.place }, words)}
        {more}
        {!of.isKept && ` (${lookup.notKept})`}
      </Pair>
      {of.written !== '' && (
        <Pair name={lookup.originWritten}>
          <code>{of.written}</code>
        </Pair>
      )}
      <Pair name={lookup.approvedBy}>
        {lookup.approvedText(actorText(of.approvedBy, words), format.time(of.approvedAt), of.reason)}
      </Pair>
      {of.accepted.length > 0 && (
        <Pair name={lookup.accepted}>{of.accepted.map((guard) => wordFor(reasons, guard)).join(' ')}</Pair>
      )}
    </dl>
  )
}

function Pair({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
