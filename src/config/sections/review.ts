/** How imports are decided: `review`. */
import { Type, type Static } from 'typebox'
import { sizeBytes } from '../formats.ts'
import type { ReviewSettings } from '../settings.ts'
import { formatSize } from '../size.ts'

export const ReviewSchema = Type.Object(
  {
    fourEyes: Type.Boolean({
      description: 'Who has imported a document may not approve what it proposes: somebody else has to.',
      default: false,
    }),
    originals: Type.String({
      format: 'size',
      description:
        'Room for the imported files as they came. When it is used up the oldest of them are deleted, those first of which nothing is enforced, and that is recorded; what was read from them stays.',
      default: '1GB',
      atLeast: '64MB',
      atMost: '1000GB',
    }),
  },
  { description: 'Imports: who decides, and how much is kept.', additionalProperties: false },
)

/** Normalises `review`. */
export function readReview({ fourEyes, originals }: Static<typeof ReviewSchema>): ReviewSettings {
  return { fourEyes, originalBytes: sizeBytes(originals) }
}

/** As the configuration has it. */
export function writeReview({ fourEyes, originalBytes }: ReviewSettings): Static<typeof ReviewSchema> {
  return { fourEyes, originals: formatSize(originalBytes) }
}
