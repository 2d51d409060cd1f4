/** Titles of campaigns. */
import type { Static } from 'typebox'
import { useMemo } from 'preact/hooks'
import type { Campaigns } from '../../../admin/routes/campaigns.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useWords } from '../words/words.ts'

export interface CampaignTitles {
  /** Those with an id, as they are configured. */
  readonly choices: readonly { readonly id: string; readonly title: string }[]
  /** Its id where the title is not known; of the empty id: that there is none. */
  readonly titleOf: (id: string) => string
}

export function useCampaigns(): CampaignTitles {
  const { machines } = useWords()
  const { data } = useAnswer<Static<typeof Campaigns>>('/campaigns')
  const choices = useMemo(
    () =>
      (data?.items ?? [])
        .filter(({ id }) => id !== '')
        .map(({ id, title }) => ({ id, title: title === '' ? id : title })),
    [data],
  )
  return {
    choices,
    titleOf: (id) => (id === '' ? machines.noCampaign : (choices.find((one) => one.id === id)?.title ?? id)),
  }
}
