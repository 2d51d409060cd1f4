/** Examples of lists, and of what is let through by hand. */
import type { CallExamples } from './call-example.ts'

export const LIST = {
  id: 'apt32',
  kind: 'list',
  path: 'blocklists/apt32.txt',
  campaign: '2022',
  basis: '1298/CATTT-NCSC, 23/8/2022',
  action: 'sinkhole',
  format: 'domains',
  state: 'loaded',
  error: null,
  entries: 501,
  duplicates: 2,
  refused: { 'not-a-name': 1 },
  notEnforceable: { url: 1 },
  heldBackCount: 1,
  lastSuccessAt: '2026-11-21T01:00:03.400Z',
  lastAttemptAt: '2026-11-21T01:00:03.400Z',
  renewedAt: '2026-11-20T09:30:00.000Z',
  maxAgeSeconds: 172_800,
  isStale: false,
  reloadFailures: 0,
  number: 0,
  digest: '60782990a7b4190b5737849faec26bb000fd9709229511208637d051011ff8ef',
  lines: 506,
  names: 501,
  addresses: 0,
  firstErrors: [{ line: 12, text: 'evil dot example', reason: 'not-a-name' }],
  firstNotEnforceable: [{ line: 40, text: 'http://riceaub.com/update', reason: 'url' }],
  heldBack: [{ line: 77, text: 'gov.vn', reason: 'public-suffix' }],
} as const

const lists = {
  items: [LIST],
  names: 501,
  addresses: 0,
  generation: 4,
  reloadSeconds: 0.02,
  error: null,
}

const allow = {
  name: 'riceaub.com',
  reason: 'chặn nhầm, đã xác minh',
  actor: 'user:quantri',
  createdAt: '2026-11-21T08:00:00.000Z',
  until: '2026-11-22T08:00:00.000Z',
}

export const POLICY_EXAMPLES: CallExamples = {
  'GET /api/v1/lists': { answer: lists },
  'POST /api/v1/lists/reload': { body: { list: 'apt32', reason: 'phụ lục mới' }, answer: lists },
  'GET /api/v1/lookup': {
    given: { name: 'adobe.riceaub.com', client: '10.1.2.3' },
    answer: {
      name: 'adobe.riceaub.com',
      verdict: 'block',
      action: 'sinkhole',
      trigger: 'qname',
      indicator: 'riceaub.com',
      indicatorKind: 'subtree',
      list: 'apt32',
      lists: [
        {
          id: 'apt32',
          basis: '1298/CATTT-NCSC, 23/8/2022',
          campaign: '2022',
          indicator: 'riceaub.com',
          kind: 'subtree',
          action: 'sinkhole',
        },
      ],
      heldBack: [],
      isPaused: false,
      override: null,
    },
  },
  'GET /api/v1/allow': {
    answer: {
      items: [allow],
      pause: null,
      ended: [
        {
          ...allow,
          name: 'tai-lieu.example',
          kind: 'allow',
          endedAt: '2026-11-21T07:00:00.000Z',
          endedBy: 'expired',
        },
      ],
    },
  },
  'POST /api/v1/allow': {
    body: { name: 'riceaub.com', reason: 'chặn nhầm, đã xác minh', for: '24h' },
    answer: { ...allow, kind: 'allow' },
  },
  'DELETE /api/v1/allow/{name}': {
    given: { name: 'riceaub.com', reason: 'đúng là độc hại' },
    answer: null,
  },
  'POST /api/v1/pause': {
    body: { for: '10m', reason: 'khắc phục sự cố' },
    answer: { pausedUntil: '2026-11-21T08:10:00.000Z', reason: 'khắc phục sự cố' },
  },
}
