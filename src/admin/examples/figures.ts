/** Examples of units, campaigns and hits. */
import type { CallExamples } from './call-example.ts'
import { ORIGIN } from './imports.ts'
import { FIRST_SEEN, HIDDEN, LAST_SEEN } from './machine.ts'

const { isKept: _kept, ...HIT_ORIGIN } = { ...ORIGIN, written: 'riceaub[.]com' }

const cases = {
  states: { new: 2, confirmed: 1, cleaning: 0, cleaned: 3, reinfected: 0, 'false-alarm': 0 },
  open: 3,
  urgent: 0,
  openedLastDay: 1,
  reinfections: 0,
  routers: 0,
  hits: 310,
  firstHit: FIRST_SEEN,
  lastHit: LAST_SEEN,
}

const unit = {
  id: 'so-yte',
  name: 'Sở Y tế',
  code: '000.00.15.H01',
  parent: 'tinh',
  children: 4,
  networks: ['10.1.2.0/24'],
  wan: ['198.51.100.7/32'],
  contact: 'an@soyte.example, 0900 000 000',
  listedSince: null,
  priority: 'normal',
  figures: {
    machines: 6,
    newLastDay: 1,
    routers: 0,
    hits: 310,
    blocked: 310,
    logged: 0,
    firstSeen: FIRST_SEEN,
    lastSeen: LAST_SEEN,
    cases,
  },
}

const campaign = {
  id: '2022',
  title: 'Chiến dịch làm sạch mã độc năm 2022',
  document: '1298/CATTT-NCSC',
  issuer: 'Cục An toàn thông tin',
  from: '2022-08-23',
  to: '2022-09-30',
  isConfigured: true,
  lists: [{ id: 'apt32', basis: '1298/CATTT-NCSC, 23/8/2022', action: 'sinkhole' }],
  machines: 6,
  cases,
}

const AT = '2026-11-21T08:41:00.000Z'

export const FIGURE_EXAMPLES: CallExamples = {
  'GET /api/v1/units': {
    given: { sort: 'open', limit: 50 },
    answer: { items: [unit], next: null, outside: null, at: AT },
  },
  'GET /api/v1/units/{id}': {
    given: { id: 'so-yte' },
    answer: {
      ...unit,
      path: [{ id: 'tinh', name: 'Tỉnh' }],
      campaigns: [{ campaign: '2022', cases }],
      at: AT,
    },
  },
  'GET /api/v1/campaigns': {
    given: { sort: 'open' },
    answer: { items: [campaign], next: null, at: AT },
  },
  'GET /api/v1/campaigns/{id}': {
    given: { id: '2022' },
    answer: {
      ...campaign,
      indicators: {
        items: [
          {
            indicator: 'riceaub.com',
            kind: 'subtree',
            clients: 6,
            hits: 310,
            firstSeen: FIRST_SEEN,
            lastSeen: LAST_SEEN,
          },
        ],
        isWhole: true,
      },
      units: [{ unit: 'so-yte', machines: 6, cases }],
      at: AT,
    },
  },
  'GET /api/v1/hits': {
    given: { indicator: 'riceaub.com', since: '2026-11-01', sort: 'recent', reveal: false },
    answer: {
      items: [
        {
          clientId: 7,
          address: null,
          identity: HIDDEN,
          unit: 'so-yte',
          indicator: 'riceaub.com',
          kind: 'subtree',
          hits: 38,
          blocked: 38,
          logged: 0,
          firstSeen: FIRST_SEEN,
          lastSeen: LAST_SEEN,
          firstQname: 'adobe.riceaub.com',
          lastQname: 'adobe.riceaub.com',
          lastQtype: 'A',
          lastAction: 'sinkhole',
          triggers: ['qname'],
          lists: ['apt32'],
          nodes: [],
          document: '1298/CATTT-NCSC',
          origin: HIT_ORIGIN,
          campaigns: ['2022'],
        },
      ],
      next: null,
      isWhole: true,
    },
  },
}
