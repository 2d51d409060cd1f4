/** Imports as the API tells them. */
import { Type, type Static } from 'typebox'
import { DECISIONS, KINDS, SCOPES } from '../indicators/verdict.ts'
import { DECISION_ACTIONS, type DecisionRow } from '../review/decisions.ts'
import { IMPORT_STATES, type ImportRow, type OriginalFile } from '../review/import-rows.ts'
import { ITEM_STATES, STANDINGS, type Decided, type ItemRow } from '../review/item-rows.ts'
import { explainReasons } from '../review/reasons.ts'
import { targetsOf } from '../review/targets.ts'
import { NullableTime, Time, timeText } from './schema.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])
const Counts = Type.Record(Type.String(), Type.Integer())

export const PlaceShape = {
  part: Type.Optional(Type.String({ description: 'the file inside the file: an attachment' })),
  page: Type.Optional(Type.Integer()),
  table: Type.Optional(Type.Integer()),
  row: Type.Optional(Type.Integer()),
  cell: Type.Optional(
    Type.Union([Type.Integer(), Type.String()], { description: 'column of a table, or `B7` in a sheet' }),
  ),
  sheet: Type.Optional(Type.String()),
  line: Type.Optional(Type.Integer({ description: 'of a text; the paragraph of a document' })),
  path: Type.Optional(Type.String({ description: 'JSON Pointer' })),
}

/** An approval by which a list holds an entry. */
export const ImportOriginShape = Type.Object({
  import: Type.Integer(),
  item: Type.Integer(),
  document: Type.String({ description: 'number of the document the import came with' }),
  issuer: Type.String(),
  issued: NullableText,
  file: Type.String({ description: 'name of the file as it came' }),
  sha256: Type.String({ description: 'of that file, hexadecimal' }),
  isKept: Type.Boolean({ description: 'the file can still be looked at' }),
  place: Type.Object(PlaceShape, { description: 'where in the file: the first of `places`' }),
  places: Type.Integer(),
  written: Type.String({ description: 'as it stands there: data, never markup' }),
  accepted: Type.Array(Type.String(), { description: 'guards of the server that the approval lets it pass' }),
  approvedBy: Type.String(),
  approvedAt: Time,
  reason: Type.String(),
})

const ImportFile = Type.Object({
  name: Type.String(),
  sha256: Type.String({ description: 'hexadecimal' }),
  bytes: Type.Integer(),
  format: Type.Union([Type.String(), Type.Null()], { description: 'null: not read yet' }),
  warnings: Type.Array(Type.String()),
  deletedAt: { ...NullableTime, description: 'when the original was deleted; null: it is kept' },
  deletedWhy: NullableText,
})

export const Import = Type.Object(
  {
    id: Type.Integer(),
    list: Type.String(),
    document: Type.String(),
    issuer: Type.String(),
    issued: NullableText,
    importedBy: Type.String(),
    importedAt: Time,
    state: Type.Enum([...IMPORT_STATES], { description: 'only what is `ready` can be decided about' }),
    error: Type.Union([Type.String(), Type.Null()], { description: 'why it could not be read' }),
    items: Type.Integer(),
    decisions: Type.Record(Type.String(), Type.Integer(), { description: 'items by what is proposed: accept, hold, refuse' }), // prettier-ignore
    states: Type.Record(Type.String(), Type.Integer(), {
      description: 'items by what was decided: open, approved, rejected, withdrawn',
    }),
    standings: Type.Record(Type.String(), Type.Integer(), {
      description:
        'against what is enforced: new, known, conflict (let through, or known with another action), none (nothing to enforce)',
    }),
    reasons: { ...Counts, description: 'of what is held or refused' },
    unguarded: Type.Integer({ description: 'undecided, and may be approved together' }),
    held: Type.Integer({ description: 'undecided, and is approved one by one' }),
    comparedAt: { ...NullableTime, description: 'when it was compared with what is enforced' },
    shared: Type.Union(
      [
        Type.Object({
          addresses: Type.Integer({ description: 'addresses and networks of the import' }),
          names: Type.Integer({ description: 'clean names that were asked for here lately and looked at; 0: nothing is known' }), // prettier-ignore
          threads: Type.Integer({ description: 'threads that answer queries' }),
          answered: Type.Integer({ description: 'those of them that told what they know' }),
          left: Type.Integer({ description: 'addresses that were too many to ask about' }),
        }),
        Type.Null(),
      ],
      {
        description:
          'from how much is known whether many clean names share its addresses; null: it has none, or it is not asked (`review.sharedBy`)',
      },
    ),
    files: Type.Array(ImportFile),
    sameAs: Type.Union([Type.Integer(), Type.Null()], {
      description:
        'an import of the same file for the same list that came before, the last one; null: there is none',
    }),
    discarded: Type.Union([Type.Object({ by: Type.String(), at: Time, reason: Type.String() }), Type.Null()]),
  },
  { description: 'a document and what it proposes; nothing of it blocks before it is approved' },
)

const DecidedShape = Type.Object({
  decision: Type.Integer({ description: 'its number' }),
  by: Type.String(),
  at: Time,
  reason: Type.String(),
})

export const ImportItem = Type.Object({
  number: Type.Integer(),
  value: Type.String(),
  kind: Type.Enum([...KINDS]),
  scope: Type.Enum([...SCOPES]),
  decision: Type.Enum([...DECISIONS], { description: 'what is proposed' }),
  reasons: Type.Array(Type.String(), { description: 'the most telling first' }),
  explanation: Type.String({ description: 'of the reasons, Vietnamese and English' }),
  readings: Type.Array(Type.String(), { description: 'what else may be meant' }),
  written: Type.String({ description: 'as it stands in the file: data, never markup' }),
  places: Type.Array(Type.Object({ file: Type.String(), ...PlaceShape }), {
    description: 'the first ones',
  }),
  placeCount: Type.Integer(),
  standing: Type.Enum([...STANDINGS]),
  knownBy: Type.Array(Type.String(), { description: 'lists that held it when it was compared' }),
  allowedBy: Type.Union([Type.String(), Type.Null()], { description: 'what let it through then' }),
  sharedBy: Type.Union(
    [
      Type.Object({
        least: Type.Integer({ description: 'that one thread told of' }),
        most: Type.Integer({ description: 'that all told of; the same ones may be among them' }),
      }),
      Type.Null(),
    ],
    {
      description:
        'owners of clean names that shared the address then; null: too few to hold it, or not known',
    },
  ),
  choices: Type.Array(Type.String(), { description: 'what of it could be enforced: `as` of a decision' }),
  state: Type.Enum([...ITEM_STATES]),
  enforced: Type.Union([
    Type.Object({ indicator: Type.String(), scope: Type.Enum([...SCOPES]) }),
    Type.Null(),
  ]),
  accepted: Type.Array(Type.String(), { description: 'guards of the server that the approval lets it pass' }),
  approval: Type.Union([DecidedShape, Type.Null()]),
  ending: Type.Union([DecidedShape, Type.Null()], {
    description: 'the rejection, or the withdrawal after the approval',
  }),
})

export const ImportDecision = Type.Object({
  number: Type.Integer(),
  action: Type.Enum([...DECISION_ACTIONS]),
  item: Type.Union([Type.Integer(), Type.Null()], { description: 'null: all that fitted the filter' }),
  filter: Type.Record(Type.String(), Type.String()),
  count: Type.Integer({ description: 'items it changed' }),
  isDone: Type.Boolean({ description: 'false: it is being carried out, or was cut short and will be' }),
  by: Type.String(),
  at: Time,
  reason: Type.String(),
})

export function toImport({
  actor,
  atMs,
  counts,
  comparedAtMs,
  shared,
  files,
  discarded,
  ...row
}: ImportRow): Static<typeof Import> {
  const { decisions = {}, states = {}, standings = {}, reasons = {}, unguarded = 0, held = 0 } = counts ?? {}
  return {
    ...row,
    importedBy: actor,
    importedAt: timeText(atMs),
    decisions: { ...decisions },
    states: { ...states },
    standings: { ...standings },
    reasons: { ...reasons },
    unguarded,
    held,
    comparedAt: comparedAtMs === null ? null : timeText(comparedAtMs),
    shared: shared === null ? null : { ...shared },
    files: files.map(toFile),
    discarded: discarded === null ? null : { by: discarded.actor, at: timeText(discarded.atMs), reason: discarded.reason }, // prettier-ignore
  }
}

function toFile({ deleted, warnings, ...file }: OriginalFile): Static<typeof ImportFile> {
  return {
    ...file,
    warnings: [...warnings],
    deletedAt: deleted === null ? null : timeText(deleted.atMs),
    deletedWhy: deleted?.why ?? null,
  }
}

export function toImportItem(item: ItemRow, files: readonly OriginalFile[]): Static<typeof ImportItem> {
  const { reasons, readings, places, enforced, accepted, approval, ending, knownBy, ...row } = item
  return {
    ...row,
    reasons: [...reasons],
    explanation: explainReasons(reasons),
    readings: [...readings],
    places: places.map(({ file, ...place }) => ({ file: files[file]?.name ?? '', ...place })),
    knownBy: [...knownBy],
    sharedBy: row.sharedBy === null ? null : { ...row.sharedBy },
    choices: targetsOf(item).map(({ text }) => text),
    enforced: enforced === null ? null : { indicator: enforced.text, scope: enforced.scope },
    accepted: [...accepted],
    approval: toDecided(approval),
    ending: toDecided(ending),
  }
}

function toDecided(decided: Decided | null): Static<typeof DecidedShape> | null {
  if (decided === null) return null
  return { decision: decided.seq, by: decided.actor, at: timeText(decided.atMs), reason: decided.reason }
}

export function toDecision({ seq, actor, atMs, filter, ...row }: DecisionRow): Static<typeof ImportDecision> {
  return {
    ...row,
    number: seq,
    filter: { ...filter },
    by: actor,
    at: timeText(atMs),
  }
}
