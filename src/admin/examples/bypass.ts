/** Examples of machines that ask elsewhere. */
import type { CallExamples } from './call-example.ts'

export const BYPASS_EXAMPLES: CallExamples = {
  'GET /api/v1/bypass': {
    given: { limit: 100 },
    answer: {
      items: [
        {
          address: '10.1.2.3',
          mac: '52:54:00:12:34:56',
          hostName: 'PC-KETOAN',
          unit: 'so-tttt',
          queries: 412,
          firstSeen: '2026-11-21T01:12:09.000Z',
          lastSeen: '2026-11-21T07:59:58.000Z',
        },
      ],
    },
  },
}
