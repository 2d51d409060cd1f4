/** Where something stands in a document, as a person looks for it. */
import type { Static } from 'typebox'
import type { ImportItem } from '../../../../admin/import-schema.ts'
import type { Words } from '../../words/vi/vi.ts'

type ItemPlace = Static<typeof ImportItem>['places'][number]
export type Place = Omit<ItemPlace, 'file'> & { readonly file?: string }

/** `annex.docx, bảng 1, hàng 2, ô 2`; empty where nothing is known. */
export function placeText(
  { file, part, page, sheet, table, row, cell, line, path }: Place,
  { imports: { place: words } }: Pick<Words, 'imports'>,
): string {
  return [
    file === undefined || file === '' ? null : words.file(file),
    part === undefined ? null : words.part(part),
    page === undefined ? null : words.page(String(page)),
    sheet === undefined ? null : words.sheet(sheet),
    table === undefined ? null : words.table(String(table)),
    row === undefined ? null : words.row(String(row)),
    cell === undefined ? null : words.cell(String(cell)),
    line === undefined ? null : words.line(String(line)),
    path === undefined ? null : words.path(path),
  ]
    .filter((one) => one !== null)
    .join(', ')
}
