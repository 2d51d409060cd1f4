/** How imports are decided: `review`. */
import { Type, type Static } from 'typebox'
import { sizeBytes } from '../formats.ts'
import type { ReviewSettings } from '../settings.ts'
import { formatSize } from '../size.ts'

/** Owners that are told apart: see query/shared-addresses.ts. */
const MOST_OWNERS = 50

export const ReviewSchema = Type.Object(
  {
    fourEyes: Type.Boolean({
      description: 'Who has imported a document may not approve what it proposes: somebody else has to.',
      default: false,
    }),
    sharedBy: Type.Integer({
      description:
        'An address that so many owners of clean names share, of names asked for here lately, is held when an import names it. 0: never.',
      default: 5,
      minimum: 0,
      maximum: MOST_OWNERS,
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
export function readReview({ fourEyes, sharedBy, originals }: Static<typeof ReviewSchema>): ReviewSettings {
  return { fourEyes, sharedBy, originalBytes: sizeBytes(originals) }
}

/** As the configuration has it. */
export function writeReview({
  fourEyes,
  sharedBy,
  originalBytes,
}: ReviewSettings): Static<typeof ReviewSchema> {
  return { fourEyes, sharedBy, originals: formatSize(originalBytes) }
}
