/** Examples of lists that are fetched. */
import type { CallExamples } from './call-example.ts'

const feed = {
  id: 'hostsvn',
  url: 'https://lists.example/hosts.txt',
  state: 'ok',
  lastSuccessAt: '2026-11-21T01:00:03.400Z',
  nextAt: '2026-11-22T01:41:10.000Z',
  failures: 1,
  failuresInRow: 0,
  error: null,
  advice: null,
  receivedBytes: null,
  totalBytes: null,
  entries: 17_204,
  bytes: 512_033,
  sha256: '60782990a7b4190b5737849faec26bb000fd9709229511208637d051011ff8ef',
  trustedComment: 'timestamp:1795132800 file:hosts.txt hashed',
  signedAt: '2026-11-20T00:00:00.000Z',
  history: [
    {
      at: '2026-11-21T01:00:03.400Z',
      tookMs: 812,
      outcome: 'taken',
      bytes: 148_220,
      entriesBefore: 17_190,
      entriesAfter: 17_204,
      reason: null,
      isForced: false,
    },
    {
      at: '2026-11-21T00:59:47.100Z',
      tookMs: 31,
      outcome: 'failed',
      bytes: 0,
      entriesBefore: null,
      entriesAfter: null,
      reason: 'the server answers 503',
      isForced: false,
    },
  ],
} as const

export const FEED_EXAMPLES: CallExamples = {
  'GET /api/v1/feeds': { answer: { items: [feed] } },
  'POST /api/v1/feeds/{id}/fetch': {
    given: { id: 'hostsvn' },
    body: { force: true, reason: 'nhà phát hành đã rút gọn danh sách' },
    answer: feed,
  },
}
