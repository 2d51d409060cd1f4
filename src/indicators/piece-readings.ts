/**
 * What the runs of text on the pages of a file add to what its lines and rows told: what those did not tell is held, and what
 * may be a part of something else is proposed no more.
 */
import type { Piece } from '../documents/sink.ts'
import type { Doubt } from './piece-fences.ts'
import { type PieceJoin, pieceJoins, type Way } from './piece-joins.ts'
import type { ProposalBuilder } from './proposal.ts'

/** `file`: its number in the import. `warn` is called where not all of it was looked at. */
export function readPieces(
  pieces: readonly Piece[],
  builder: ProposalBuilder,
  file: number,
  warn: (text: string) => void,
): void {
  const joins = pieceJoins(pieces, warn)
  const ways = joins.flatMap((join) => join.ways)
  const doubts = new Map<string, Doubt | null>()
  for (const { values, path, isLikely, doubt } of ways) {
    if (!isLikely && path.length > 1) continue
    for (const value of values) if (doubt === null || !doubts.has(value)) doubts.set(value, doubt)
  }
  builder.doubtOthers(doubts, file)
  for (const join of joins) {
    const [likely, unlikely] = [true, false].map((is) => valuesOf(join.ways.filter(({ isLikely }) => isLikely === is))) as [string[], string[]] // prettier-ignore
    const isReadOver = join.ways.some(({ isOver, values }) => isOver && builder.isRead(values))
    if (likely.length > 0) builder.doubt(join.parts, likely, file)
    else if (!isReadOver) builder.doubt(join.parts, unlikely, file)
  }
  // Joins that share a piece are readings of one thing.
  for (const group of groupsOf(joins)) {
    const [{ written, place }] = group as [PieceJoin]
    builder.addMissing(valuesOf(uncovered(builder, group)), written, file, place)
  }
}

/** The likely first; without what is a part of something that is proposed. */
function uncovered(builder: ProposalBuilder, group: readonly PieceJoin[]): Way[] {
  const ways = group.flatMap((join) => join.ways)
  const whole = ways.filter(({ values, path }) => path.length > 1 && builder.isAccepted(values[0]!))
  const isCovered = (way: Way): boolean =>
    whole.some(({ path }) => path.length > way.path.length && way.path.every((piece) => path.includes(piece)))
  const left = ways.filter((way) => !isCovered(way))
  return [...left.filter(({ isLikely }) => isLikely), ...left.filter(({ isLikely }) => !isLikely)]
}

/** What stands in the pieces first, then what stands in them without hyphens. */
function valuesOf(ways: readonly Way[]): string[] {
  return [...new Set([...ways.flatMap(({ values }) => values.slice(0, 1)), ...ways.flatMap(({ values }) => values)])] // prettier-ignore
}

function groupsOf(joins: readonly PieceJoin[]): PieceJoin[][] {
  const groups: PieceJoin[][] = []
  let reach = new Set<number>()
  for (const join of joins) {
    if (!reach.has(join.start)) {
      groups.push([])
      reach = new Set()
    }
    groups.at(-1)!.push(join)
    for (const { path } of join.ways) for (const piece of path) reach.add(piece)
  }
  return groups
}
