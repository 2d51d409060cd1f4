import { describe, expect, it } from 'vitest'
import { actorText } from '../../../src/web/console/kit/actor.ts'
import { daysLeft } from '../../../src/web/console/pages/lists/days-left.ts'
import { placeText } from '../../../src/web/console/pages/lists/place-text.ts'
import { ownBasis } from '../../../src/web/console/pages/lists/own-basis.ts'
import { isAddress, proposedScope } from '../../../src/web/console/pages/lists/scope.ts'
import { askedName } from '../../../src/web/console/pages/lookup/asked-name.ts'
import { because } from '../../../src/web/console/pages/lookup/because.ts'
import { en } from '../../../src/web/console/words/en/en.ts'
import { vi } from '../../../src/web/console/words/vi/vi.ts'

describe('a place in a document', () => {
  it('is told from the file down to the cell', () => {
    const place = { file: 'annex.docx', page: 3, table: 1, row: 2, cell: 2 }
    expect(placeText(place, vi)).toBe('annex.docx, trang 3, bảng 1, hàng 2, ô 2')
    expect(placeText(place, en)).toBe('annex.docx, page 3, table 1, row 2, cell 2')
  })

  it('names the attachment, the sheet and its cell', () => {
    expect(placeText({ file: 'thu.eml', part: 'ioc.xlsx', sheet: 'IOC', cell: 'B7' }, vi)).toBe(
      'thu.eml, tệp kèm ioc.xlsx, trang tính IOC, ô B7',
    )
  })

  it('is empty where nothing is known', () => {
    expect(placeText({ file: '' }, vi)).toBe('')
  })
})

describe('the days a list still blocks', () => {
  const at = (text: string): number => new Date(text).getTime()

  it('count the last day itself', () => {
    expect(daysLeft('2026-12-31', at('2026-12-31T00:00:00'))).toBe(1)
    expect(daysLeft('2026-12-31', at('2026-12-31T23:59:59'))).toBe(1)
    expect(daysLeft('2026-12-31', at('2026-12-30T23:59:59'))).toBe(2)
  })

  it('are none when it is over', () => {
    expect(daysLeft('2026-12-31', at('2027-01-01T00:00:00'))).toBe(0)
    expect(daysLeft('2026-12-31', at('2027-05-01T00:00:00'))).toBe(0)
  })
})

describe('how far an approval reaches unless somebody says otherwise', () => {
  const item = { kind: 'host', value: 'evil.vn', scope: 'subtree', readings: [] } as const

  it('is what is proposed for a name, and for each reading of it', () => {
    expect(proposedScope(item, 'evil.vn')).toBe('subtree')
    expect(proposedScope({ ...item, readings: ['evi.vn'] }, 'evi.vn')).toBe('subtree')
  })

  it('is the host of a URL alone', () => {
    expect(
      proposedScope({ ...item, kind: 'url', value: 'https://evil.vn/x', scope: 'exact' }, 'evil.vn'),
    ).toBe('exact')
  })

  it('is not asked of addresses', () => {
    expect(['192.0.2.1', '192.0.2.0/24', '2001:db8::1'].map(isAddress)).toEqual([true, true, true])
    expect(['1.example', 'evil.vn', 'xn--1'].map(isAddress)).toEqual([false, false, false])
  })
})

describe('who did it', () => {
  it('is a person by name, and a machine by what it is', () => {
    expect(actorText('user:binh', vi)).toBe('binh')
    expect(actorText('token:so-2', en)).toBe('token so-2')
    expect(actorText('socket:0', vi)).toBe('dòng lệnh trên máy chủ')
    expect(actorText('socket', en)).toBe('command line on the server')
    expect(actorText('expired', vi)).toBe('tự hết hạn')
  })

  it('stays as it stands where it is none of these', () => {
    expect(actorText('robot:7', vi)).toBe('robot:7')
  })
})

describe('why a name is answered so', () => {
  const pass = { name: 'evil.vn', verdict: 'pass', list: null, lists: [], indicator: null }
  const holder = { id: 'apt32' } as Parameters<typeof because>[0]['lists'][number]

  it('names the list and its entry', () => {
    const of = { ...pass, verdict: 'block', list: 'apt32', indicator: 'vn' }
    expect(because(of, vi)).toBe('Vì danh sách apt32 có vn.')
  })

  it('tells a name no list holds from one that none blocks now', () => {
    expect(because(pass, vi)).toBe('Không danh sách nào có tên này.')
    expect(because({ ...pass, lists: [holder] }, vi)).toContain('không danh sách nào chặn')
  })

  it('tells what a person let through', () => {
    const of = { ...pass, verdict: 'allow', list: 'overrides', indicator: 'evil.vn' }
    expect(because(of, en)).toBe('An allow entry made by hand lets evil.vn through.')
  })
})

describe('what a list says of its basis', () => {
  const document = { document: '77/STTTT', issuer: 'Sở TT&TT', issued: '2026-11-01' }

  it('is told beside its document where it says more', () => {
    expect(ownBasis({ ...document, basis: 'APT32, danh sách tháng 11' })).toBe('APT32, danh sách tháng 11')
  })

  it('is not told twice where it is made of the document', () => {
    expect(ownBasis({ ...document, basis: '77/STTTT, Sở TT&TT, 2026-11-01' })).toBe('')
    expect(ownBasis({ document: '77/STTTT', issuer: '', issued: null, basis: '77/STTTT' })).toBe('')
  })
})

describe('what is looked up', () => {
  it.each([
    ['evil.vn', 'evil.vn'],
    [' evil.vn. ', 'evil.vn'],
    ['evil[.]vn', 'evil.vn'],
    ['hxxps://evil[.]vn/tai/app.apk?x=1#y', 'evil.vn'],
    ['hxxps[:]//evil[.]vn/tai', 'evil.vn'],
    ['https://nguoi:mat-khau@evil.vn:8443/', 'evil.vn'],
    ['evil.vn:8080', 'evil.vn'],
    ['198.51.100[.]7:8443', '198.51.100.7'],
    ['http://[2001:db8::1]:8080/', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['.', '.'],
    ['tên miền.vn', 'tên miền.vn'],
  ])('of %s is %s', (typed, name) => {
    expect(askedName(typed)).toBe(name)
  })
})
