/** Examples of lists, and of what is let through by hand. */
import type { CallExamples } from './call-example.ts'
import { ORIGIN } from './imports.ts'

const DOCUMENT = {
  document: '1298/CATTT-NCSC',
  issuer: 'Cục An toàn thông tin',
  issued: '2022-08-23',
  from: null,
  until: '2026-12-31',
  validity: 'valid',
} as const

export const LIST = {
  id: 'apt32',
  kind: 'list',
  path: 'blocklists/apt32.txt',
  campaign: '2022',
  basis: '1298/CATTT-NCSC, Cục An toàn thông tin, 2022-08-23',
  ...DOCUMENT,
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
  items: [{ ...LIST, sharedAddresses: [{ address: '198.51.100.7', least: 6, most: 9 }] }],
  names: 501,
  addresses: 0,
  generation: 4,
  reloadSeconds: 0.02,
  error: null,
  takesImports: ['cv-1298'],
}

const allow = {
  name: 'riceaub.com',
  reason: 'chặn nhầm, đã xác minh',
  actor: 'user:quantri',
  createdAt: '2026-11-21T08:00:00.000Z',
  until: '2026-11-22T08:00:00.000Z',
}

/** Why a name is blocked. */
export const LOOKUP = {
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
      basis: LIST.basis,
      campaign: '2022',
      indicator: 'riceaub.com',
      kind: 'subtree',
      action: 'sinkhole',
      ...DOCUMENT,
      file: { path: LIST.path, sha256: LIST.digest, line: 17 },
      allowed: null,
      imports: [ORIGIN],
    },
  ],
  heldBack: [],
  isPaused: false,
  group: null,
  sharedBy: null,
  override: null,
} as const

export const POLICY_EXAMPLES: CallExamples = {
  'GET /api/v1/lists': { answer: lists },
  'POST /api/v1/lists/reload': { body: { list: 'apt32', reason: 'phụ lục mới' }, answer: lists },
  'GET /api/v1/enforced/{format}': {
    given: { format: 'rpz' },
    texts: {
      'text/plain': [
        '$TTL 60',
        '@ SOA thanhloc.invalid. nobody.invalid. 1795132800 300 60 604800 60',
        '@ NS thanhloc.invalid.',
        'riceaub.com A 10.10.10.10',
        '*.riceaub.com A 10.10.10.10',
        '; 1 entries; end',
        '',
      ].join('\n'),
    },
  },
  'GET /api/v1/lookup': { given: { name: 'adobe.riceaub.com', client: '10.1.2.3' }, answer: LOOKUP },
  'GET /api/v1/allow': {
    answer: {
      items: [allow],
      pause: null,
      pauses: [
        {
          ...allow,
          kind: 'pause',
          name: '10.1.5.7/32',
          reason: 'máy thử nghiệm',
          until: '2026-11-21T08:10:00.000Z',
        },
      ],
      files: [
        {
          id: 'allow:allow.txt',
          path: '/var/lib/thanhloc/allow.txt',
          owner: 'Phòng CNTT',
          reason: 'phần mềm nghiệp vụ',
          until: '2026-12-31',
          validity: 'valid',
          entries: 12,
          expired: 1,
          unowned: 0,
        },
      ],
      ended: [
        {
          ...allow,
          name: 'tai-lieu.example',
          kind: 'allow',
          endedAt: '2026-11-21T07:00:00.000Z',
          endedBy: 'expired',
        },
      ],
      groups: ['cong-khai'],
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
