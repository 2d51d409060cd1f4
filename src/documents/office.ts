/** What docx and xlsx share: parts of a package and how one names another (ECMA-376 part 2). */
import { posix } from 'node:path'
import { type Budget, DocumentError } from './limits.ts'
import { readXml, type XmlHandler } from './xml.ts'
import type { ZipArchive } from './zip.ts'

const MAX_DEPTH = 256

/** Reads part `name`; false: there is none. Throws DocumentError. */
export function readPart(archive: ZipArchive, name: string, handler: XmlHandler): boolean {
  const bytes = archive.read(name)
  if (bytes === null) return false
  readXml(bytes, name, MAX_DEPTH, handler)
  return true
}

export interface Relation {
  /** The last word of the relationship's type: `officeDocument`, `footnotes`. */
  readonly type: string
  /** The part it leads to. */
  readonly part: string
}

/** The relations of `part` (empty: of the package) by id. External ones are left out. */
export function readRelations(archive: ZipArchive, part: string): ReadonlyMap<string, Relation> {
  const folder = posix.dirname(part)
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  const relations = new Map<string, Relation>()
  readPart(archive, name, {
    open(element, { Id, Type, Target, TargetMode }) {
      if (
        element !== 'Relationship' ||
        Id === undefined ||
        Target === undefined ||
        TargetMode === 'External'
      ) {
        return
      }
      const to = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target)
      relations.set(Id, { type: posix.basename(Type ?? ''), part: to })
    },
    close() {},
  })
  return relations
}

/** The main part of the package. Throws DocumentError where there is none. */
export function mainPart(archive: ZipArchive): string {
  for (const { type, part } of readRelations(archive, '').values()) {
    if (type === 'officeDocument' && archive.has(part)) return part
  }
  throw new DocumentError(
    'thiếu phần chính: không phải tài liệu văn phòng, hoặc đã hỏng · it has no main part: it is no office document, or a damaged one',
  )
}

/** A file inside an office document, as it was put there. */
export interface EmbeddedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Relations that lead to whole files: other formats taken in as they are (ECMA-376 part 1 §11.3.1), embedded documents. */
const EMBEDDING: ReadonlySet<string> = new Set(['aFChunk', 'package'])

/** Says how many objects of older programs there are (there may be hundreds of formulas), which nobody reads. */
export function objectWarning(relations: Iterable<Relation>): string | null {
  const parts = new Set([...relations].filter(({ type }) => type === 'oleObject').map(({ part }) => posix.basename(part))) // prettier-ignore
  if (parts.size === 0) return null
  const first = [...parts].slice(0, 3).join(', ')
  return `có ${parts.size} đối tượng nhúng không đọc được (${first}): nếu là bảng, hãy mở ra và lưu thành tệp riêng · it holds ${parts.size} embedded object(s) that are not read (${first}): if one is a table, open it and save it as a file` // prettier-ignore
}

/** The files that `relations` lead to. Throws DocumentError. */
export function embeddedFiles(
  archive: ZipArchive,
  relations: ReadonlyMap<string, Relation>,
  budget: Budget,
): EmbeddedFile[] {
  const parts = new Set<string>()
  for (const { type, part } of relations.values()) if (EMBEDDING.has(type)) parts.add(part)
  return [...parts].flatMap((part): EmbeddedFile[] => {
    const bytes = archive.read(part)
    if (bytes === null) return []
    budget.spendAttachment()
    return [{ name: posix.basename(part), bytes }]
  })
}

/** Says that nobody reads what was said about the text. */
export function commentWarning(hasComments: boolean): string | null {
  return hasComments
    ? 'có ghi chú bên lề (comment); nội dung ghi chú không được đọc · it holds comments; what stands in a comment is not read'
    : null
}

/** Says how many pictures there are that nobody reads. */
export function pictureWarning(archive: ZipArchive): string | null {
  const count = archive.names.filter((name) => /^(?:word|xl)\/media\/.+\.(?:png|jpe?g|gif|bmp|tiff?|webp|emf|wmf)$/i.test(name)).length // prettier-ignore
  return count === 0
    ? null
    : `có ${count} ảnh; chữ trong ảnh không được đọc · it holds ${count} picture(s); what stands in a picture is not read`
}
