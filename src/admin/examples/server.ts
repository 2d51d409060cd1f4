/** Examples of the server's own state, of the probes, and of the audit trail. */
import type { CallExamples } from './call-example.ts'
import { LIST } from './policy.ts'

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const HEAD = `1042:${HASH}`

const traffic = {
  time: '2026-11-21T08:00:00.000Z',
  upSeconds: 111600,
  queries: { udp: 1204311, tcp: 312 },
  answers: { blocked: 38, cached: 1083000, forwarded: 120344, failed: 12 },
  bounds: [0.001, 0.1],
  durations: {
    blocked: [38, 0, 0],
    cached: [1083000, 0, 0],
    forwarded: [210, 119002, 1132],
    failed: [0, 0, 12],
  },
  receiveDrops: 0,
  cacheEntries: 20418,
}

const health = {
  state: 'warn',
  since: '2026-11-21T07:12:05.000Z',
  components: [
    {
      component: 'upstreams',
      state: 'warn',
      since: '2026-11-21T07:12:05.000Z',
      detail: {
        vi: '1 trong 2 máy chủ DNS cấp trên không dùng được',
        en: '1 of 2 upstreams are not usable',
      },
      troubles: [
        {
          severity: 'warn',
          since: '2026-11-21T07:12:05.000Z',
          detail: {
            vi: '1 trong 2 máy chủ DNS cấp trên không dùng được',
            en: '1 of 2 upstreams are not usable',
          },
          advice: {
            vi: '`thanhloc doctor` hỏi thử từng máy chủ; kiểm tra đường truyền và tường lửa (cổng 53)',
            en: '`thanhloc doctor` asks each of them; check the line and the firewall (port 53)',
          },
        },
      ],
    },
    {
      component: 'alerts',
      state: 'unknown',
      since: '2026-11-20T01:00:00.500Z',
      detail: { vi: 'chưa cấu hình kênh báo tin nào', en: 'no channel is configured' },
      troubles: [],
    },
  ],
}

const status = {
  version: '0.1.0',
  node: 'v26.10.0',
  time: '2026-11-21T08:00:00.000Z',
  listen: ['10.1.0.53:53'],
  health,
  degraded: [{ part: 'upstreams', detail: '1 of 2 upstreams are not usable' }],
  threads: [{ name: 'lists', restarts: 0, startedAt: '2026-11-20T01:00:00.000Z', lastError: null }],
  snapshot: { generation: 4, overlay: 1, reloadSeconds: 0.02 },
  pausedUntil: null,
  lists: [LIST],
  upstreams: [
    {
      name: '10.1.0.1:53',
      group: 0,
      state: 'up',
      rttMs: 4.9,
      requests: 120344,
      failures: { timeout: 3, servfail: 1 },
      edns: 'on',
      ednsOffUntil: null,
      case: 'on',
      sockets: 2,
      tcpConnections: 0,
      lastAnswerAt: '2026-11-21T07:59:59.870Z',
    },
  ],
  traffic,
  recent: { seconds: 61.2, queries: 2154, failed: 0 },
  clients: { new: 3, cleaned: 1 },
  cache: { entries: 20418, bytes: 6291456 },
  store: {
    state: 'ok',
    error: null,
    pending: 2,
    lastCommitAt: '2026-11-21T07:59:59.400Z',
    since: '2026-11-20T01:00:00.400Z',
    movedTo: null,
    folded: 0,
    lost: 0,
    rows: 812,
    bytes: 1048576,
  },
  identity: {
    sources: [
      {
        source: 'lease',
        path: '/var/lib/misc/dnsmasq.leases',
        format: 'dnsmasq',
        rows: 212,
        refused: 1,
        refusals: [{ line: 2, reason: 'is not `expiry machine address name id`' }],
        lastReadAt: '2026-11-21T07:58:12.000Z',
        error: null,
      },
    ],
    waiting: 0,
    dropped: 0,
  },
  alerts: {
    channels: [
      {
        id: 'van-phong',
        type: 'email',
        isWhole: true,
        pending: 0,
        pendingAlerts: 0,
        held: 0,
        sent: 14,
        failed: 1,
        overflowed: 0,
        dead: 0,
        lastSuccessAt: '2026-11-21T07:13:00.000Z',
        lastError: null,
        lastErrorAt: null,
      },
    ],
    trouble: null,
  },
  nodes: [
    {
      id: 'dns-a',
      url: 'https://10.0.0.5:8053',
      state: 'current',
      name: 'dns-a',
      key: '5f0c9d1e7ab23468',
      lastPullAt: '2026-11-21T07:59:59.500Z',
      lagSeconds: 0,
      rows: 38,
      hits: 412,
      failures: 2,
      clockAheadSeconds: 0,
      failingSeconds: null,
      error: null,
      advice: null,
    },
  ],
  config: {
    file: '/opt/thanhloc/config/thanhloc.yaml',
    loadedAt: '2026-11-20T01:00:00.100Z',
    failures: 0,
    errors: [],
    needsRestart: [],
  },
  log: { dropped: { main: 0, control: 0 } },
}

const entry = {
  seq: 1042,
  at: '2026-11-21T09:02:44.309Z',
  actor: 'user:an',
  role: 'officer',
  source: '10.1.0.20',
  action: 'case.change',
  target: 'case:3',
  reason: 'đã gọi điện, máy của phòng Kế toán',
  details: '{"version":1,"to":"confirmed","assignee":"an"}',
  prev: '2b9a748a419ea25d4da9a5bc0aeafbefc5c4c9ac59d491219019843402254f8b',
  hash: HASH,
}

export const SERVER_EXAMPLES: CallExamples = {
  'GET /api/v1/status': { answer: status },
  'GET /api/v1/traffic': { answer: traffic },
  'GET /api/v1/traffic/recent': {
    given: { since: '2026-11-21T00:00:00+07:00' },
    answer: {
      stepSeconds: 5,
      ends: [1795247990, 1795247995, 1795248000],
      queries: [41.2, 38.6, 40],
      blocked: [0, 0.2, 0],
      sum: { from: '2026-11-20T17:00:00.000Z', queries: 1204623, blocked: 38 },
    },
  },
  'POST /api/v1/alerts/{id}/test': {
    given: { id: 'van-phong' },
    body: { reason: 'kiểm tra sau khi đổi mật khẩu hộp thư' },
    answer: { channel: 'van-phong', isDelivered: true, reason: null, durationMs: 412 },
  },
  'POST /api/v1/cache/flush': {
    given: { name: 'www.example.org' },
    body: { reason: 'đổi máy chủ' },
    answer: { removed: 2 },
  },
  'GET /api/v1/config': {
    answer: {
      file: '/opt/thanhloc/config/thanhloc.yaml',
      loadedAt: '2026-11-20T01:00:00.100Z',
      errors: [],
      needsRestart: [],
      sections: [{ key: 'listen', text: 'listen: [ "10.1.0.53:53" ]\n', isReadAtStart: true }],
    },
  },
  'POST /api/v1/reload': {
    body: { reason: 'thêm đơn vị' },
    answer: { applied: ['units'], needsRestart: ['listen'] },
  },
  'GET /api/v1/audit': {
    given: { action: 'case.*', since: '2026-11-21', limit: 100 },
    answer: { items: [entry], next: null },
  },
  'GET /api/v1/audit/head': { answer: { head: HEAD } },
  'POST /api/v1/audit/verify': {
    body: { head: HEAD },
    answer: { isSound: true, broken: null, rows: 1042, prunedThrough: 0, head: HEAD, outside: 'held' },
  },
  'GET /healthz': { answer: { status: 'alive' } },
  'GET /readyz': { answer: { ready: true, generation: 4, degraded: [] } },
  'GET /metrics': {
    texts: {
      'text/plain': '# TYPE thanhloc_hits_total counter\nthanhloc_hits_total{list="apt32"} 38\n',
    },
  },
  'GET /openapi.json': { answer: { openapi: '3.1.0', info: { title: 'Thanh Lọc admin API' } } },
}
