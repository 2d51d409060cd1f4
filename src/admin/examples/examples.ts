/** All examples of the API's description. Tests hold them against the schemas, and the schemas against real answers. */
import { ACCOUNT_EXAMPLES } from './accounts.ts'
import { BYPASS_EXAMPLES } from './bypass.ts'
import type { CallExamples } from './call-example.ts'
import { CASE_EXAMPLES } from './cases.ts'
import { CLIENT_EXAMPLES } from './clients.ts'
import { CONTACT_EXAMPLES } from './contacts.ts'
import { FEED_EXAMPLES } from './feeds.ts'
import { FIGURE_EXAMPLES } from './figures.ts'
import { IMPORT_EXAMPLES } from './imports.ts'
import { KEEPING_EXAMPLES } from './keeping.ts'
import { NODE_EXAMPLES } from './nodes.ts'
import { POLICY_EXAMPLES } from './policy.ts'
import { SERVER_EXAMPLES } from './server.ts'
import { ZONE_EXAMPLES } from './zones.ts'

export const EXAMPLES: CallExamples = {
  ...CLIENT_EXAMPLES,
  ...CASE_EXAMPLES,
  ...CONTACT_EXAMPLES,
  ...FIGURE_EXAMPLES,
  ...POLICY_EXAMPLES,
  ...IMPORT_EXAMPLES,
  ...FEED_EXAMPLES,
  ...KEEPING_EXAMPLES,
  ...ACCOUNT_EXAMPLES,
  ...SERVER_EXAMPLES,
  ...NODE_EXAMPLES,
  ...BYPASS_EXAMPLES,
  ...ZONE_EXAMPLES,
}
