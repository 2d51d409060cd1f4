import { expect, it } from 'vitest'
import { explainReasons, REVIEW_REASONS } from '../../../src/review/reasons.ts'
import { reasons as english } from '../../../src/web/console/words/en/reasons.ts'
import { reasons as vietnamese } from '../../../src/web/console/words/vi/reasons.ts'

it.each(REVIEW_REASONS)('the console says of %s what the server says', (code) => {
  expect(`${vietnamese[code]} · ${english[code]}`).toBe(explainReasons([code]))
})
