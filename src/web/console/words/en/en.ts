/** English. Its type is that of the Vietnamese words: what is missing does not compile. */
import type { Words } from '../vi/vi.ts'
import { frame, kit, pages, signIn } from './frame.ts'
import { problems } from './problems.ts'

export const en: Words = { frame, kit, pages, signIn, problems }
