import { describe, expect, it } from 'vitest'
import { readUnitsCsv } from '../../../src/identity/units-csv.ts'
import { fixture } from './fixtures.ts'

const read = (text: string): ReturnType<typeof readUnitsCsv> => readUnitsCsv(Buffer.from(text))

describe('units from CSV', () => {
  it('have networks, parent, contact, public addresses and code', () => {
    const { units, refusedCount } = readUnitsCsv(fixture('units.csv'))
    expect(refusedCount).toBe(0)
    expect(units).toEqual([
      {
        line: 2,
        id: 'so-khcn',
        name: 'Sở Khoa học và Công nghệ',
        networks: ['10.1.0.0/16', 'fd00:1::/32'],
        parent: null,
        contact: 'Đầu mối ATTT, 0225 000 000',
        wan: ['203.0.113.0/28'],
        code: '000.00.00.H24',
      },
      {
        line: 3,
        id: 'vp-so',
        name: 'Văn phòng Sở',
        networks: ['10.1.1.0/24'],
        parent: 'so-khcn',
        contact: '',
        wan: [],
        code: '000.00.01.H24',
      },
      {
        line: 4,
        id: 'phuong-a',
        name: 'UBND phường A',
        networks: ['10.2.0.0/24', '10.2.1.0/24'],
        parent: null,
        contact: '',
        wan: ['203.0.113.77/32', '2001:db8:7::/48'],
        code: '',
      },
    ])
  })

  it('name the line and what is wrong in it, all at once', () => {
    const text = [
      'id;name;networks;wan',
      'a;A;10.1.0.0/16 10.1.0.0/33;',
      'b;B;10.1.0.0/16;',
      'a;again;;',
      'Không;X;;',
      'c;C;10.3.0.1/24;203.0.113.300',
      'd;D;10.4.0.0/24 10.4.0.0/24;',
      ';no id;;',
    ]
    expect(read(text.join('\n')).refused).toEqual([
      { line: 2, reason: 'unit a: "10.1.0.0/33" is no network: write 10.1.0.0/16 or fd00::/8' },
      { line: 3, reason: 'unit b: the network 10.1.0.0/16 belongs to unit a (line 2) already' },
      { line: 4, reason: 'the id a stands in line 2 already' },
      { line: 5, reason: expect.stringContaining('"Không" is no identifier') as string },
      {
        line: 6,
        reason: 'unit c: "10.3.0.1/24" has bits set beyond its prefix length: did you mean 10.3.0.0/24?',
      },
      { line: 6, reason: 'unit c: "203.0.113.300" is no network: write 10.1.0.0/16 or fd00::/8' },
      { line: 7, reason: 'unit d: the network 10.4.0.0/24 stands in the same row twice' },
      { line: 8, reason: expect.stringContaining('lacks its id') as string },
    ])
  })

  it('may lie inside each other', () => {
    expect(read('id,networks\na,10.0.0.0/8\nb,10.1.0.0/16\n').refusedCount).toBe(0)
  })

  it('lack a header', () => {
    expect(read('a,b\n').refused[0]!.reason).toContain('no header with a column `id`')
    expect(read('').refusedCount).toBe(1)
    expect(read('x,y\n'.repeat(50)).refusedCount).toBe(1)
  })
})
