/** Examples of imports and of what is decided about them. */
import type { CallExamples } from './call-example.ts'

const SHA256 = '0786ad7d3ae6d3dfd0a1ea69b922d84fe21393e45e610202ab292b9680212bbf'

const made = {
  id: 7,
  list: 'cv-1298',
  document: '1298/CATTT-NCSC',
  issuer: 'Cục An toàn thông tin',
  issued: '2022-08-23',
  importedBy: 'user:an',
  importedAt: '2026-11-21T08:00:00.000Z',
  state: 'ready',
  error: null,
  items: 40,
  decisions: { accept: 30, hold: 7, refuse: 3 },
  states: { open: 39, approved: 1 },
  standings: { new: 29, known: 3, conflict: 1, none: 7 },
  reasons: { government: 1, 'url-with-path': 2, 'with-port': 1, broken: 1, popular: 2, hash: 3 },
  unguarded: 29,
  held: 7,
  comparedAt: '2026-11-21T08:00:01.200Z',
  shared: { addresses: 4, names: 12_418, threads: 2, answered: 2, left: 0 },
  files: [
    {
      name: 'phu-luc.docx',
      sha256: SHA256,
      bytes: 18_304,
      format: 'docx',
      warnings: [],
      deletedAt: null,
      deletedWhy: null,
    },
  ],
  sameAs: null,
  discarded: null,
} as const

const decision = {
  number: 12,
  action: 'approve',
  item: 3,
  filter: {},
  count: 1,
  isDone: true,
  by: 'user:binh',
  at: '2026-11-21T08:10:00.000Z',
  reason: 'đã xác minh',
} as const

const item = {
  number: 3,
  value: 'https://dichvucong-vn.click/tai/app.apk',
  kind: 'url',
  scope: 'exact',
  decision: 'hold',
  reasons: ['url-with-path'],
  explanation:
    'URL có đường dẫn: DNS chỉ chặn được cả máy chủ, người duyệt quyết định. · A URL with a path: DNS could only block the whole host, which a person decides.',
  readings: [],
  written: 'hxxps://dichvucong-vn[.]click/tai/app.apk',
  places: [{ file: 'phu-luc.docx', table: 1, row: 4, cell: 2 }],
  placeCount: 1,
  standing: 'none',
  knownBy: [],
  allowedBy: null,
  sharedBy: null,
  choices: ['dichvucong-vn.click'],
  state: 'approved',
  enforced: { indicator: 'dichvucong-vn.click', scope: 'exact' },
  accepted: [],
  approval: { decision: 12, by: 'user:binh', at: '2026-11-21T08:10:00.000Z', reason: 'đã xác minh' },
  ending: null,
} as const

/** Where an entry of an approved list comes from, as `GET /lookup` tells it. */
export const ORIGIN = {
  import: 7,
  item: 3,
  document: made.document,
  issuer: made.issuer,
  issued: made.issued,
  file: 'phu-luc.docx',
  sha256: SHA256,
  isKept: true,
  place: { table: 1, row: 4, cell: 2 },
  places: 1,
  written: item.written,
  accepted: [],
  approvedBy: 'user:binh',
  approvedAt: '2026-11-21T08:10:00.000Z',
  reason: 'đã xác minh',
} as const

export const IMPORT_EXAMPLES: CallExamples = {
  'GET /api/v1/approved/{id}': {
    given: { id: 'cv-1298' },
    texts: {
      'text/plain': [
        '# What is approved for the list cv-1298. Made from imports.db; what is written here is lost.',
        '# import 1 {"document":"1298/CATTT-NCSC","issuer":"Cục ATTT","issued":"2022-08-23","files":[{"name":"annex.docx","sha256":"0786ad7d3ae6d3dfd0a1ea69b922d84fe21393e45e610202ab292b9680212bbf"}]}',
        '# approval {"by":"user:binh","at":"2026-11-21T08:10:00.000Z","reason":"theo công văn 1298"}',
        'riceaub.com # 1/4 {"written":"riceaub[.]com","file":0,"places":1,"place":{"table":1,"row":3,"cell":2}}',
        '',
      ].join('\n'),
    },
  },
  'GET /api/v1/imports': { answer: { items: [made], next: null } },
  'POST /api/v1/imports': {
    given: { name: 'phu-luc.docx', list: 'cv-1298', document: made.document, issuer: made.issuer },
    body: '(the file)',
    answer: {
      ...made,
      state: 'waiting',
      items: 0,
      decisions: {},
      states: {},
      standings: {},
      reasons: {},
      unguarded: 0,
      held: 0,
      comparedAt: null,
      shared: null,
      files: [{ ...made.files[0], format: null }],
    },
  },
  'GET /api/v1/imports/{id}': { given: { id: 7 }, answer: { ...made, history: [decision] } },
  'GET /api/v1/imports/{id}/items': {
    given: { id: 7, decision: 'hold', reason: 'url-with-path' },
    answer: { items: [item], next: null },
  },
  'POST /api/v1/imports/{id}/decide': {
    given: { id: 7 },
    body: { action: 'approve', item: 3, as: 'dichvucong-vn.click', reason: 'đã xác minh' },
    answer: { decision, isInForce: true, import: made },
  },
  'POST /api/v1/imports/{id}/discard': {
    given: { id: 7 },
    body: { reason: 'gửi nhầm tệp' },
    answer: {
      ...made,
      state: 'discarded',
      items: 0,
      files: [
        { ...made.files[0], deletedAt: '2026-11-21T09:00:00.000Z', deletedWhy: 'the import was discarded' },
      ],
      discarded: { by: 'user:an', at: '2026-11-21T09:00:00.000Z', reason: 'gửi nhầm tệp' },
    },
  },
}
