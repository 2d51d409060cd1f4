/** Examples of what another node of the agency is given. */
import type { CallExamples } from './call-example.ts'

export const NODE_EXAMPLES: CallExamples = {
  'GET /api/v1/nodes/changes': {
    given: { after: '3010.3011.0.0', limit: 1000 },
    answer: {
      node: '5f0c9d1e7ab23468',
      name: 'dns-a',
      next: '3012.3013.0.0',
      isWhole: true,
      lists: [{ id: 'apt32', campaign: '2022', basis: '1298/CATTT-NCSC', action: 'sinkhole' }],
      clients: [
        {
          client: 7,
          merged: [12],
          key: 'mac:52:54:00:12:34:56',
          addresses: [
            { address: '00000000000000000000ffff0a010203', firstMs: 1795132800000, lastMs: 1795132860000 },
          ],
          identity: {
            kind: 'machine',
            source: 'lease',
            sure: 'certain',
            duid: null,
            hostName: 'PC-KETOAN',
            name: 'Máy kế toán 1',
            department: 'Phòng Kế toán',
            place: 'P. 203',
            role: null,
          },
        },
      ],
      rows: [
        {
          client: 7,
          indicator: 'adobe.riceaub.com',
          kind: 1,
          blocked: 4,
          logged: 0,
          firstMs: 1795132800000,
          lastMs: 1795132860000,
          firstQname: 'adobe.riceaub.com',
          lastQname: 'adobe.riceaub.com',
          qtype: 1,
          action: 0,
          triggers: 1,
          lists: ['apt32'],
          revision: 3012,
        },
      ],
    },
  },
}
