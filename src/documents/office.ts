/** What docx and xlsx share: parts of a package and how one names another (ECMA-376 part 2). */
import { posix } from 'node:path'
import { DocumentError } from './limits.ts'
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
  throw new DocumentError('it has no main part: it is no office document, or a damaged one')
}

/** Says how many pictures there are that nobody reads. */
export function pictureWarning(archive: ZipArchive): string | null {
  const count = archive.names.filter((name) => /^(?:word|xl)\/media\/.+\.(?:png|jpe?g|gif|bmp|tiff?|webp|emf|wmf)$/i.test(name)).length // prettier-ignore
  return count === 0 ? null : `it holds ${count} picture(s); what stands in a picture is not read`
}
