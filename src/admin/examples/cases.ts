/** Examples of cases, of what becomes of them, and of exports. */
import type { CallExamples } from './call-example.ts'
import { CONFIRMED } from './contacts.ts'
import { FIRST_SEEN, HIDDEN, LAST_SEEN, MACHINE } from './machine.ts'

const item = {
  id: 3,
  clientId: 7,
  address: '10.1.2.3',
  identity: MACHINE,
  unit: 'so-yte',
  campaign: '2022',
  state: 'confirmed',
  version: 2,
  openedAt: '2026-11-21T07:12:09.871Z',
  changedAt: '2026-11-21T09:02:44.310Z',
  firstHit: FIRST_SEEN,
  lastHit: LAST_SEEN,
  hits: 38,
  assignee: 'an',
  reinfections: 0,
  cleanedAt: null,
  falseAlarmUntil: null,
  priority: 'normal',
  notes: 1,
  confirmed: CONFIRMED,
  node: null,
}

const history = [
  {
    id: 2,
    at: '2026-11-21T09:02:44.310Z',
    cause: 'officer',
    actor: 'user:an',
    from: 'new',
    to: 'confirmed',
    note: 'đã gọi điện, máy của phòng Kế toán',
    assignee: 'an',
    until: null,
    indicator: null,
  },
  {
    id: 1,
    at: '2026-11-21T07:12:09.871Z',
    cause: 'hit',
    actor: null,
    from: null,
    to: 'new',
    note: '',
    assignee: null,
    until: null,
    indicator: 'riceaub.com',
  },
]

const event = {
  id: 41,
  at: FIRST_SEEN,
  kind: 'case-opened',
  caseId: 3,
  clientId: 7,
  campaign: '2022',
  unit: 'so-yte',
  indicator: 'riceaub.com',
  list: 'apt32',
  state: 'new',
  actor: null,
}

/** As a row of the export, in the order of its columns. */
const exported = {
  ...some('id', 'clientId', 'address', 'unit', 'campaign', 'state', 'priority', 'assignee'),
  ...MACHINE,
  ...some('openedAt', 'changedAt', 'firstHit', 'lastHit', 'hits', 'reinfections', 'cleanedAt', 'falseAlarmUntil', 'notes', 'node'), // prettier-ignore
  confirmedFirst: CONFIRMED.firstSeen,
  confirmedLast: CONFIRMED.lastSeen,
}
function some(...keys: (keyof typeof item)[]): object {
  return Object.fromEntries(keys.map((key) => [key, item[key]]))
}
const CASES_CSV = `\ufeff${Object.keys(exported).join(',')}\r\n${Object.values(exported).join(',')}\r\n`

export const CASE_EXAMPLES: CallExamples = {
  'GET /api/v1/cases': {
    given: { state: 'confirmed', unit: 'so-yte', sort: 'recent', limit: 50 },
    answer: { items: [{ ...item, address: null, identity: HIDDEN }], next: null },
  },
  'GET /api/v1/cases/{id}': {
    given: { id: 3 },
    answer: {
      ...item,
      indicators: [
        {
          indicator: 'riceaub.com',
          kind: 'subtree',
          hits: 38,
          firstSeen: FIRST_SEEN,
          lastSeen: LAST_SEEN,
          silencedUntil: null,
          hint: 'unknown',
          reason: { vi: 'Chưa đủ căn cứ để phân biệt', en: 'Nothing can be said yet' },
        },
      ],
      history: { items: history, next: null },
    },
  },
  'POST /api/v1/cases/{id}/change': {
    given: { id: 3 },
    body: { version: 2, to: 'cleaning', note: 'đã ngắt mạng, đang quét', assignee: 'an' },
    answer: { id: 3, clientId: 7, state: 'cleaning', version: 3 },
  },
  'GET /api/v1/events': {
    given: { after: 40, limit: 100 },
    answer: { log: 'e9aee8bc13b42b89', items: [event], next: 41, isGap: false },
  },
  'GET /api/v1/events/stream': {
    given: { 'last-event-id': 'e9aee8bc13b42b89.40' },
    texts: {
      'text/event-stream': `retry: 1000\nid: e9aee8bc13b42b89.40\n\nevent: case-opened\nid: e9aee8bc13b42b89.41\ndata: ${JSON.stringify(event)}\n\n`,
    },
  },
  'GET /api/v1/export/{what}': {
    given: { what: 'cases', format: 'csv', unit: 'so-yte' },
    texts: {
      'text/csv': CASES_CSV,
      'application/x-ndjson': `${JSON.stringify(exported)}\n`,
    },
  },
}
