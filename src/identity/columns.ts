/** Which column of a table is which: by the names in its header, Vietnamese or English, with or without diacritics. */

/** The names a column may have, as `plainName` gives them. */
export type ColumnNames<Field extends string> = Readonly<Record<Field, readonly string[]>>

/** `Địa chỉ  MAC:` → `dia chi mac`; NFC and NFD alike. */
export function plainName(text: string): string {
  return text
    .slice(0, 200)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
}

/** Where each field stands in `header`; the first of two columns with one meaning counts. */
export function findColumns<Field extends string>(
  header: readonly string[],
  names: ColumnNames<Field>,
): ReadonlyMap<Field, number> {
  const found = new Map<Field, number>()
  const fields = Object.entries(names) as [Field, readonly string[]][]
  for (const [index, cell] of header.entries()) {
    const name = plainName(cell)
    const field = fields.find(([, known]) => known.includes(name))?.[0]
    if (field !== undefined && !found.has(field)) found.set(field, index)
  }
  return found
}

/** The text of a field in a row, without the white space around it (no-break spaces included); empty: none. */
export function cellOf<Field extends string>(
  columns: ReadonlyMap<Field, number>,
  cells: readonly string[],
  field: Field,
): string {
  return (cells[columns.get(field) ?? -1] ?? '').replace(/\u200e|\u200f|\ufeff/g, '').trim()
}
