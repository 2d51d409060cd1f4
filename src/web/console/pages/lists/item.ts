/** An item of an import, as the API gives it. */
import type { Static } from 'typebox'
import type { ImportItem } from '../../../../admin/import-schema.ts'

export type Item = Static<typeof ImportItem>
