/** Examples of contacts with the sinkhole's address, and of reports that a name is blocked wrongly. */
import type { CallExamples } from './call-example.ts'
import { FIRST_SEEN, HIDDEN, LAST_SEEN, MACHINE } from './machine.ts'
import { LOOKUP } from './policy.ts'

/** A program on the machine most examples speak of. */
export const CONTACT = {
  id: 41,
  clientId: 7,
  address: '10.1.2.3',
  clientPort: 50_123,
  identity: MACHINE,
  unit: 'so-yte',
  local: '10.10.10.10',
  port: 80,
  protocol: 'http',
  host: 'adobe.riceaub.com',
  method: 'POST',
  path: '/gate.php',
  userAgent: 'Mozilla/4.0 (compatible; MSIE 8.0)',
  hasReferrer: false,
  firstBytes: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  firstBytesLength: 212,
  isBrowserLike: false,
  isConfirmed: true,
  count: 36,
  firstSeen: FIRST_SEEN,
  lastSeen: LAST_SEEN,
  led: 'name',
  hit: { indicator: 'riceaub.com', at: LAST_SEEN },
} as const

/** As it stands beside its client and case. */
export const CONFIRMED = { contacts: 36, firstSeen: FIRST_SEEN, lastSeen: LAST_SEEN } as const

const report = {
  id: 5,
  reference: '7C4Q2-9F3D',
  name: 'adobe.riceaub.com',
  text: 'Trang này của nhà cung cấp phần mềm kế toán.',
  state: 'open',
  count: 1,
  at: LAST_SEEN,
  lastAt: LAST_SEEN,
  clientId: 7,
  address: '10.1.2.3',
  hostName: MACHINE.hostName,
  mac: MACHINE.mac,
  unit: 'so-yte',
  decision: null,
  verdict: LOOKUP,
} as const

const hidden = { address: null, hostName: null, mac: null }

export const CONTACT_EXAMPLES: CallExamples = {
  'GET /api/v1/contacts': {
    given: { client: 7, isConfirmed: true, limit: 100 },
    answer: { items: [{ ...CONTACT, address: null, identity: HIDDEN }], next: null },
  },
  'GET /api/v1/reports': {
    given: { state: 'open', limit: 20 },
    answer: { items: [{ ...report, ...hidden }], next: null, open: 1 },
  },
  'GET /api/v1/reports/{id}': { given: { id: 5 }, answer: report },
  'POST /api/v1/reports/{id}/decide': {
    given: { id: 5 },
    body: { outcome: 'kept', reason: 'tên miền có trong công văn 1298/CATTT-NCSC' },
    answer: {
      ...report,
      ...hidden,
      state: 'kept',
      decision: {
        by: 'user:an',
        at: '2026-11-21T09:05:00.000Z',
        reason: 'tên miền có trong công văn 1298/CATTT-NCSC',
      },
    },
  },
}
