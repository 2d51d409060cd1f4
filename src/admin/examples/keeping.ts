/** Examples of silences, legal holds, deletions and backups. */
import type { CallExamples } from './call-example.ts'

const silence = {
  clientId: 7,
  unit: 'so-y-te',
  indicator: 'riceaub.com',
  kind: 'subtree',
  until: '2026-12-31T23:59:59.999Z',
  setAt: '2026-11-21T08:00:00.000Z',
  actor: 'user:an',
  reason: 'máy thử nghiệm của phòng',
  caseId: null,
}

const hold = {
  id: 4,
  document: '12/QĐ-ANĐT',
  what: 'unit:so-y-te',
  reason: 'giữ nguyên theo yêu cầu',
  actor: 'user:quantri',
  setAt: '2026-11-21T08:00:00.000Z',
  isInForce: true,
  releasedAt: null,
  releasedBy: null,
  releaseReason: null,
}

const running = {
  path: '/srv/thanhloc/data/backups/thanhloc-20261121-080000.backup',
  bytes: 1_048_576,
  expectedBytes: 4_194_304,
}

export const KEEPING_EXAMPLES: CallExamples = {
  'GET /api/v1/silences': { given: { client: 7 }, answer: { items: [silence], next: null } },
  'POST /api/v1/silences': {
    body: { client: 7, indicator: 'riceaub.com', until: '2026-12-31', reason: 'máy thử nghiệm của phòng' },
    answer: { clientId: 7, indicator: 'riceaub.com', until: '2026-12-31T23:59:59.999Z', indicators: 1 },
  },
  'DELETE /api/v1/silences': {
    given: { client: 7, indicator: 'riceaub.com', reason: 'đã cài lại máy' },
    answer: null,
  },
  'GET /api/v1/holds': { answer: { items: [hold] } },
  'POST /api/v1/holds': {
    body: { document: '12/QĐ-ANĐT', what: 'unit:so-y-te', reason: 'giữ nguyên theo yêu cầu' },
    answer: { id: 4 },
  },
  'POST /api/v1/holds/{id}/release': {
    given: { id: 4 },
    body: { reason: 'đã kết thúc xác minh' },
    answer: { id: 4 },
  },
  'GET /api/v1/keeping': {
    answer: {
      level: 3,
      hits: '12 months',
      cases: '24 months',
      audit: '24 months',
      warnings: [],
      isHeld: false,
      isSwept: true,
      lastSweep: '2026-11-21T00:00:00.000Z',
      nextSweep: '2026-11-22T00:00:00.000Z',
      error: null,
    },
  },
  'GET /api/v1/deletions': {
    answer: {
      items: [
        {
          id: 31,
          what: 'pairs',
          rule: 'keep.hits 12 months',
          olderThan: '2025-11-21T00:00:00.000Z',
          from: '2026-11-21T00:00:01.200Z',
          to: '2026-11-21T00:00:04.900Z',
          amount: 1204,
        },
      ],
      next: null,
    },
  },
  'GET /api/v1/backup': {
    answer: {
      running,
      last: {
        path: '/srv/thanhloc/data/backups/thanhloc-20261120-080000.backup',
        at: '2026-11-20T08:00:03.000Z',
        reason: null,
        bytes: 4_190_208,
        clients: 312,
        cases: 340,
        hits: 120_400,
        parts: ['accounts.db'],
      },
    },
  },
  'POST /api/v1/backup': { body: { reason: 'trước khi nâng cấp' }, answer: running },
}
