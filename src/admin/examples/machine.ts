/** The machine most examples speak of: an accountant's, of the health department. */
import { hideIdentity } from '../who.ts'

export const MACHINE = {
  key: 'mac:52:54:00:12:34:56',
  mac: '52:54:00:12:34:56',
  hostName: 'PC-KETOAN',
  name: 'Máy kế toán 1',
  department: 'Phòng Kế toán',
  place: 'P. 203',
  role: 'kế toán trưởng',
  source: 'lease',
  sure: 'likely',
  kind: 'machine',
} as const

/** The same, hidden. */
export const HIDDEN = hideIdentity(MACHINE)

export const FIRST_SEEN = '2026-11-21T07:12:09.120Z'
export const LAST_SEEN = '2026-11-21T08:40:51.007Z'
