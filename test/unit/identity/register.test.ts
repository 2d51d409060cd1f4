import { describe, expect, it } from 'vitest'
import { registerFormat, RegisterReader } from '../../../src/identity/register.ts'
import type { AssetsReading } from '../../../src/identity/assets.ts'
import { fixture } from './fixtures.ts'

function read(text: string | Buffer, format: 'csv' | 'yaml'): AssetsReading {
  const reader = new RegisterReader(format)
  reader.push(Buffer.from(text))
  return reader.finish()
}

describe('the register as CSV', () => {
  it('has Vietnamese headers under a title, several MACs in a cell, and quoted cells', () => {
    const { assets } = read(fixture('register-vi.csv'), 'csv')
    expect(assets).toEqual([
      {
        line: 4,
        name: 'PC-KETOAN-01',
        macs: ['02:42:ac:11:00:02', '02:42:ac:11:00:a2'],
        addresses: [],
        department: 'Phòng Kế hoạch - Tài chính',
        person: 'Chuyên viên kế toán',
        place: 'Tầng 2; phòng 205',
      },
      {
        line: 5,
        name: 'MAY-IN-T2',
        macs: ['02:42:ac:11:00:04'],
        addresses: ['10.1.1.22'],
        department: 'Văn phòng',
        person: 'Văn thư',
        place: 'Tầng 2',
      },
    ])
  })

  it('names both lines of a MAC that stands in two, and every other mistake', () => {
    expect(read(fixture('register-vi.csv'), 'csv').refused).toEqual([
      { line: 6, reason: '02:42:ac:11:00:02 belongs to the machine in line 4 already' },
      { line: 7, reason: 'has neither a MAC nor an address to know the machine by' },
      { line: 8, reason: '"02:42:ac:11:00" is no MAC address of a machine' },
    ])
  })

  it.each([
    ['name,mac\nx,02:00:00:00:00:01'],
    ['Tên máy\tĐịa chỉ MAC\nx\t020000000001\n'.normalize('NFD')],
    ['TEN MAY;MAC;VI TRI\nx;02-00-00-00-00-01;\n'],
    ['\ufeffComputer Name,MAC address\r\n"x","02:00:00:00:00:01"\r\n'],
  ])('is known by its header: %j', (text) => {
    expect(read(text, 'csv').assets).toMatchObject([{ name: 'x', macs: ['02:00:00:00:00:01'] }])
  })

  it('says that it lacks a header', () => {
    expect(read('a,b\nc,d\n', 'csv')).toMatchObject({ assets: [], refused: [{ line: 1 }] })
    expect(read('', 'csv')).toMatchObject({ assets: [], refusedCount: 0 })
  })
})

describe('the register as YAML', () => {
  it('is a list whose keys may be Vietnamese; a broken entry costs no other', () => {
    const { assets, refused } = read(fixture('register.yaml'), 'yaml')
    expect(assets).toMatchObject([
      {
        line: 2,
        name: 'pc-ketoan',
        macs: ['02:42:ac:11:00:02', '02:42:ac:11:00:a2'],
        place: 'Tầng 2 phòng 205',
      },
      { line: 9, name: 'may-in', macs: ['02:42:ac:11:00:04'], addresses: ['10.1.1.22'] },
    ])
    expect(refused).toMatchObject([
      { line: 12, reason: 'the YAML is broken here: Missing closing "quote' },
      { line: 13, reason: '02:42:ac:11:00:04 belongs to the machine in line 9 already' },
    ])
  })

  it('takes a MAC of digits for no number', () => {
    expect(read('- {name: x, mac: 10:20:30:40:50:50}\n', 'yaml').assets[0]!.macs).toEqual([
      '10:20:30:40:50:50',
    ])
  })

  it.each([
    ['name: x\nmac: 02:00:00:00:00:01\n', 'is no entry of a list'],
    ['- just text\n', 'is no map'],
    [`- ${'['.repeat(1000)}\n`, 'nest too deep'],
    ['- &a {name: *a}\n', 'says nothing under'],
    ['- {nmae: x}\n', 'says nothing under'],
    ['- {a: &a x, b: *c}\n', 'YAML'],
  ])('says what is wrong with %j', (text, reason) => {
    const { assets, refused } = read(text, 'yaml')
    expect(assets).toEqual([])
    expect(refused[0]!.reason).toContain(reason)
  })
})

it('a register is in the format its name says', () => {
  expect(['a.yaml', 'a.YML', 'a.csv', 'a'].map(registerFormat)).toEqual(['yaml', 'yaml', 'csv', 'csv'])
})
