/** Where an enforced indicator comes from: the import, the file and the place in it, and who approved it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import type { FilePlace } from '../indicators/proposal.ts'
import type { ImportOrigin } from '../lists/basis.ts'
import { nameHash } from './item-names.ts'
import { IMPORTS_FILE } from './schema.ts'

/** Told of one indicator; the last approved first. */
const MAX_ORIGINS = 10

/** A database of imports that is open, whoever opened it. */
export interface Prepared {
  of(sql: string): StatementSync
}

const SELECT = `SELECT import.id AS id, item.number AS number, document, issuer, issued, value, written, places, place_count, accepted,
    decision.actor AS actor, decision.at AS at, decision.reason AS reason
  FROM import CROSS JOIN item_name AS name ON name.import = import.id AND name.hash = ?
    CROSS JOIN item ON item.import = name.import AND item.number = name.number JOIN decision ON decision.seq = item.approval
  WHERE list = ? AND enforced = ?`

/** Approvals by which `list` holds `indicator`, a name in lower-case A-labels or a prefix. */
export function originsOf(database: Prepared, list: string, indicator: string): ImportOrigin[] {
  const rows = database
    .of(`${SELECT} ORDER BY decision.seq DESC LIMIT ?`)
    .all(nameHash(indicator), list, indicator, MAX_ORIGINS)
  return rows.map(originOf(database))
}

/** Of several documents that name it the one that stands first in the file of the list, and decides; null: none does. */
export function firstOriginOf(database: Prepared, list: string, indicator: string): ImportOrigin | null {
  const row = database
    .of(`${SELECT} ORDER BY item.import, item.number LIMIT 1`)
    .get(nameHash(indicator), list, indicator)
  return row === undefined ? null : originOf(database)(row)
}

function originOf(database: Prepared): (row: Record<string, SQLOutputValue>) => ImportOrigin {
  return (row) => {
    const [{ file, ...place }] = JSON.parse(String(row['places'])) as [FilePlace]
    const original = database
      .of('SELECT name, sha256, deleted_at FROM file WHERE import = ? AND number = ?')
      .get(Number(row['id']), file)!
    return {
      import: Number(row['id']),
      item: Number(row['number']),
      document: String(row['document']),
      issuer: String(row['issuer']),
      issued: row['issued'] === null ? null : String(row['issued']),
      file: String(original['name']),
      sha256: String(original['sha256']),
      isKept: original['deleted_at'] === null,
      place,
      places: Number(row['place_count']),
      written: String(row['written']),
      accepted: JSON.parse(String(row['accepted'])) as string[],
      approvedBy: String(row['actor']),
      approvedAt: new Date(Number(row['at'])).toISOString(),
      reason: String(row['reason']),
    }
  }
}

/** The same of a data directory that no server may run on; none where there is no database that can be read. */
export function storedOrigins(data: string): (list: string, indicator: string) => ImportOrigin[] {
  const path = join(data, IMPORTS_FILE)
  return (list, indicator) => {
    if (!existsSync(path)) return []
    try {
      const database = new DatabaseSync(path, { readOnly: true })
      try {
        return originsOf({ of: (sql) => database.prepare(sql) }, list, indicator)
      } finally {
        database.close()
      }
    } catch {
      // What blocks, and by which list, is told all the same.
      return []
    }
  }
}
