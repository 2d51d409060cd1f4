/** Vietnamese, the original: a file a page. */
import { frame, kit, pages, signIn } from './frame.ts'
import { problems } from './problems.ts'

export const vi = { frame, kit, pages, signIn, problems }

/** What every language has to say. */
export type Words = typeof vi
