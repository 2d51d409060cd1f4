/** On whose word a list blocks, and where in its file an entry stands: what justifies a verdict, for people. */
import { readAllowNote, type AllowNote } from './allow-note.ts'
import type { CompiledList } from './compile.ts'
import type { ConfiguredList } from './configured.ts'
import { findEntries, type EntryFound } from './entry-line.ts'
import type { Explanation, HeldBy } from './explain.ts'
import { ListFileError } from './source.ts'
import { validityAt, type Validity, type ValidityState } from './validity.ts'

/** Why one list may hold what it holds. */
export interface Basis extends Validity {
  /** Number of the document, who issued it, its date; empty and null: the list says none. */
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
  readonly validity: ValidityState
  /** Where the entry stands; null: nothing is in force of the list, or it was made by hand. */
  readonly file: EntryPlace | null
  /** Who answers for an entry of an allow list, why it passes and until when; null: it is none. */
  readonly allowed: AllowNote | null
  /** Where it comes from, of a list of what was approved of imports; otherwise none. */
  readonly imports: readonly ImportOrigin[]
}

/** An approval by which a list holds what it holds: see docs/review.md. */
export interface ImportOrigin {
  readonly import: number
  /** Number of the item in the import. */
  readonly item: number
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
  /** The file as it came, without its folder. */
  readonly file: string
  /** Hexadecimal. */
  readonly sha256: string
  /** The file can still be looked at. */
  readonly isKept: boolean
  /** Where in the file: page, table, row, cell, line and so on. The first of `places`. */
  readonly place: Readonly<Record<string, unknown>>
  readonly places: number
  /** As it stands there. */
  readonly written: string
  /** Guards that the approval lets it pass. */
  readonly accepted: readonly string[]
  readonly approvedBy: string
  /** RFC 3339. */
  readonly approvedAt: string
  readonly reason: string
}

export interface EntryPlace {
  readonly path: string
  /** Of the version in force, hexadecimal. */
  readonly sha256: string
  /** From 1; null: the file is too long to look, or cannot be read now. */
  readonly line: number | null
}

/** A list as what its entries are justified from. */
export interface ListSource extends Omit<Basis, 'file' | 'imports'> {
  readonly id: string
  readonly path: string
  readonly match: 'subtree' | 'exact'
  /** Its file tells on whose word each entry blocks. */
  readonly isApproved: boolean
  readonly inForce: Pick<CompiledList, 'digest' | 'format'>
  /** Where the version in force lies, which may be a copy. */
  readonly inForcePath: string
}

/** An explanation that says on whose word, and where it stands. */
export interface Justification extends Explanation {
  readonly lists: readonly (HeldBy & Basis)[]
}

const NO_BASIS: Basis = {
  document: '', issuer: '', issued: null, from: null, until: null, validity: 'unlimited', file: null, allowed: null, imports: [],
} // prettier-ignore

/** `inForcePath`: where its version in force lies. `nowMs`: wall clock. */
export function sourceOf(
  list: ConfiguredList,
  compiled: CompiledList,
  inForcePath: string,
  nowMs: number,
): ListSource {
  const { id, path, match, isApproved, document, issuer, issued, from, until } = list
  const validity = validityAt(list, nowMs)
  const allowed = list.kind === 'allow' ? list.allowed : null
  return { id, path, match, isApproved, document, issuer, issued, from, until, validity, allowed, inForce: compiled, inForcePath } // prettier-ignore
}

/** Adds to `explanation` what justifies each of its lists. */
export async function justify(
  explanation: Explanation,
  sources: readonly ListSource[],
): Promise<Justification> {
  const lists: (HeldBy & Basis)[] = []
  for (const held of explanation.lists) {
    const source = sources.find(({ id }) => id === held.id)
    lists.push({ ...held, ...(source === undefined ? NO_BASIS : await basisOf(source, held.indicator)) })
  }
  return { ...explanation, lists }
}

/**
 * Adds to `found` where the entries of its lists come from, as far as this server knows more than their files tell.
 * `originsOf`: by list and indicator.
 */
export function withOrigins<Found extends Justification>(
  found: Found,
  originsOf: (list: string, indicator: string) => readonly ImportOrigin[],
): Found {
  const lists = found.lists.map((held) => {
    const known = originsOf(held.id, held.indicator)
    return known.length === 0 ? held : { ...held, imports: known }
  })
  return { ...found, lists }
}

/** Where each of `indicators` stands that the approved list `source` holds, the first place of each; null: it does not say. */
export async function originsIn(
  source: ListSource,
  indicators: readonly string[],
): Promise<(ImportOrigin | null)[]> {
  const found = source.inForce.digest === '' ? null : await findAll(source, new Set(indicators))
  return indicators.map((indicator) => found?.get(indicator)?.origins[0] ?? null)
}

async function basisOf(source: ListSource, indicator: string): Promise<Basis> {
  const { document, issuer, issued, from, until, validity, path, inForce } = source
  const found = inForce.digest === '' ? null : await findIn(source, indicator)
  const file = inForce.digest === '' ? null : { path, sha256: inForce.digest, line: found?.line ?? null }
  const allowed = source.allowed === null ? null : (readAllowNote(found?.text ?? '', source.allowed) ?? source.allowed) // prettier-ignore
  return { document, issuer, issued, from, until, validity, file, allowed, imports: found?.origins ?? [] }
}

async function findIn(source: ListSource, indicator: string): Promise<EntryFound | null> {
  return (await findAll(source, new Set([indicator]))).get(indicator) ?? null
}

async function findAll(
  { inForce, inForcePath, match, isApproved }: ListSource,
  indicators: ReadonlySet<string>,
): Promise<ReadonlyMap<string, EntryFound>> {
  try {
    return await findEntries(
      inForcePath,
      { format: inForce.format ?? 'auto', match, isApproved },
      indicators,
      inForce.digest,
    )
  } catch (error) {
    // Changed or gone meanwhile: what is in force stays, only where it stood is not known.
    if (error instanceof ListFileError) return new Map()
    throw error
  }
}
