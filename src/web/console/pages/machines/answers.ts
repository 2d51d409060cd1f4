/** What the pages of machines ask the server for. */
import type { Static } from 'typebox'
import type { CaseItem } from '../../../../admin/case-schema.ts'
import type { ClientDetail } from '../../../../admin/client-schema.ts'

export type MachineDetail = Static<typeof ClientDetail>
export type MachineHit = MachineDetail['hitPage']['items'][number]
export type CaseDetail = Static<typeof CaseItem>
export type CaseSummary = MachineDetail['cases'][number]
