/** English. Its type is that of the Vietnamese words: what is missing does not compile. */
import type { Words } from '../vi/vi.ts'
import { account } from './account.ts'
import { settings } from './settings.ts'
import { journal } from './journal.ts'
import { units } from './units.ts'
import { frame, kit, pages, signIn } from './frame.ts'
import { problems } from './problems.ts'
import { allow } from './allow.ts'
import { imports } from './imports.ts'
import { actors, lists, sources } from './lists.ts'
import { lookup } from './lookup.ts'
import { machine } from './machine.ts'
import { machines } from './machines.ts'
import { overview } from './overview.ts'
import { reasons } from './reasons.ts'
import { reports } from './reports.ts'

export const en: Words = {
  account,
  settings,
  journal,
  units,
  frame,
  kit,
  pages,
  signIn,
  problems,
  actors,
  allow,
  imports,
  lists,
  lookup,
  machine,
  machines,
  overview,
  reasons,
  reports,
  sources,
}
