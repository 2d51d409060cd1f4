/** Examples of `/clients` and of the figures about them. */
import type { CallExamples } from './call-example.ts'
import { CONFIRMED, CONTACT } from './contacts.ts'
import { FIRST_SEEN, HIDDEN, LAST_SEEN, MACHINE } from './machine.ts'

const span = { firstSeen: FIRST_SEEN, lastSeen: LAST_SEEN }
const counts = { hits: 38, blocked: 38, logged: 0 }
const client = {
  id: 7,
  address: '10.1.2.3',
  identity: MACHINE,
  addresses: [{ address: '10.1.2.3', from: FIRST_SEEN, to: LAST_SEEN }],
  unit: 'so-yte',
  priority: 'normal',
  status: 'new',
  ...span,
  ...counts,
  indicators: 1,
  contacts: 36,
  confirmed: CONFIRMED,
  lists: [{ id: 'apt32', campaign: '2022', hits: 38, ...span }],
}

const rhythm = {
  hint: 'machine-like',
  reason: {
    vi: 'Giống chương trình tự động hỏi theo chu kỳ: 87 % trong 30 khoảng cách xấp xỉ 2.1 phút, độ lệch 0 %; có lượt hỏi trong 2/24 giờ của ngày, 0 đêm từ 0 đến 5 giờ.',
    en: "Looks like a program that asks by itself: 87 % of 30 intervals lie near 2.1 min and vary by 0 %; hits in 2 of 24 hours of the day, in 0 nights between 0 and 5 o'clock.",
  },
  intervals: 30,
  everySeconds: 123.38,
  share: 0.87,
  variation: 0,
}

export const CLIENT_EXAMPLES: CallExamples = {
  'GET /api/v1/clients': {
    given: { unit: 'so-yte', since: '2026-11-01', limit: 100, reveal: false },
    answer: { items: [{ ...client, address: null, identity: HIDDEN, addresses: [] }], next: null },
  },
  'GET /api/v1/clients/{id}': {
    given: { id: 7 },
    answer: {
      ...client,
      cases: [{ id: 3, campaign: '2022', state: 'new', priority: 'normal', lastHit: LAST_SEEN }],
      rhythm: { indicator: 'riceaub.com', ...rhythm },
      hoursOfDay: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 18, 0, 0, 0, 0, 0, 0, 0, 0],
      silences: [],
      hitPage: {
        items: [
          {
            indicator: 'riceaub.com',
            kind: 'subtree',
            ...counts,
            ...span,
            firstQname: 'adobe.riceaub.com',
            lastQname: 'adobe.riceaub.com',
            lastQtype: 'A',
            lastAction: 'sinkhole',
            triggers: ['qname'],
            lists: ['apt32'],
            nodes: [],
            document: '1298/CATTT-NCSC',
            origin: null,
            silencedUntil: null,
            rhythm: {
              ...rhythm,
              histogram: [
                { fromSeconds: 113.14, toSeconds: 134.54, count: 26 },
                { fromSeconds: 226.27, toSeconds: 269.09, count: 4 },
              ],
            },
          },
        ],
        next: null,
      },
      contactPage: { items: [CONTACT], next: null },
      timeline: [
        { at: '2026-11-21T07:00:00.000Z', hits: 20 },
        { at: '2026-11-21T08:00:00.000Z', hits: 18 },
      ],
    },
  },
  'GET /api/v1/numbers': {
    given: { campaign: '2022' },
    answer: { machines: { new: 12, cleaned: 3 }, routers: 1, hits: 1240, blocked: 1240, logged: 0 },
  },
}
