/** Examples of lists that come from a primary name server. */
import type { CallExamples } from './call-example.ts'

const zone = {
  list: 'dept-rpz',
  zone: 'rpz.so.tinh.vn',
  server: '10.0.0.5:53',
  key: 'thanhloc-so',
  state: 'current',
  serial: 2026112104,
  records: 17_206,
  kind: 'ixfr',
  lastTransferAt: '2026-11-21T07:40:02.120Z',
  lastCheckAt: '2026-11-21T07:55:11.004Z',
  expiresAt: '2026-11-28T07:55:11.004Z',
  nextCheckAt: '2026-11-21T08:43:50.310Z',
  isTransferring: false,
  transfers: { axfr: 1, ixfr: 6 },
  notifies: 6,
  failures: 0,
  error: null,
  advice: null,
} as const

export const ZONE_EXAMPLES: CallExamples = {
  'GET /api/v1/zones': { answer: { items: [zone] } },
  'POST /api/v1/zones/{id}/check': {
    given: { id: 'dept-rpz' },
    body: { force: true, reason: 'máy chủ chính đã đặt lại số serial' },
    answer: zone,
  },
}
