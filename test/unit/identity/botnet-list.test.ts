import { describe, expect, it } from 'vitest'
import { BotnetListReader, type BotnetReading } from '../../../src/identity/botnet-list.ts'
import { listedUnits } from '../../../src/identity/listed-units.ts'
import { fixture } from './fixtures.ts'

function read(text: string | Buffer): BotnetReading {
  const reader = new BotnetListReader()
  reader.push(Buffer.from(text))
  return reader.finish()
}

const networks = (text: string): string[] => read(text).entries.map(({ network }) => network)

describe('the botnet list', () => {
  it('is found in a document with title, columns and mistakes', () => {
    const { entries, refused } = read(fixture('botnet-list.txt'))
    expect(entries).toEqual([
      { network: '203.0.113.5', date: '02/12/2024 08:15', malware: 'avalanche-andromeda', line: 6 },
      { network: '203.0.113.77', date: null, malware: 'android.vo1d', line: 7 },
      { network: '198.51.101.0/24', date: '05/12/2024', malware: 'm0yv', line: 8 },
      ...['198.51.102.1', '198.51.102.2/31', '198.51.102.4/31', '198.51.102.6'].map((network) => ({
        network,
        date: '05/12/2024',
        malware: null,
        line: 9,
      })),
      { network: '2001:db8:7::25', date: '06/12/2024', malware: 'necurs', line: 12 },
    ])
    expect(refused).toEqual([
      { line: 10, reason: '192.168.1.10 is no public address: the list names what is seen from outside' },
      { line: 11, reason: '"198.51.100.300" is no address, network or range' },
    ])
  })

  it.each([
    ['203.0.113.5', ['203.0.113.5']],
    ['203[.]0[.]113[.]5', ['203.0.113.5']],
    ['203 [.] 0 (.) 113{.}5', ['203.0.113.5']],
    ['203[dot]0[dot]113[dot]5', ['203.0.113.5']],
    ['hxxps://203.0.113.5:8443/gate.php', ['203.0.113.5']],
    ['\u00a0203.0.113.5\u00a0,\u200e203.0.113.6', ['203.0.113.5', '203.0.113.6']],
    ['203.0.113.0/30', ['203.0.113.0/30']],
    ['203.0.113.4-7', ['203.0.113.4/30']],
    ['203.0.113.4 - 203.0.113.5', ['203.0.113.4/31']],
    ['2001:db8:7::/48;2001:DB8:8::1', ['2001:db8:7::/48', '2001:db8:8::1']],
    ['::ffff:203.0.113.9', ['203.0.113.9']],
    ['1. 203.0.113.5 (26/8/2022)', ['203.0.113.5']],
    ['# 203.0.113.5', []],
    ['Công văn 12/2024, mục 1.2', []],
    ['1.2.3.4.5', []],
    ['203.0.113.5 203.0.113.5', ['203.0.113.5']],
  ])('finds addresses in %j', (text, expected) => expect(networks(text)).toEqual(expected))

  it.each([
    ['203.0.113.9-203.0.113.1', 'is no address, network or range'],
    ['203.0.0.0/8', 'covers too much'],
    ['0.0.0.0/0', 'is no public address'],
    ['10.1.2.3', 'is no public address'],
    ['fe80::1', 'is no public address'],
    ['203.0.113', 'there is no address in'],
  ])('refuses %j', (text, reason) => {
    const { entries, refused } = read(text)
    expect(entries).toEqual([])
    expect(refused[0]!.reason).toContain(reason)
  })
})

describe('units on the list', () => {
  const { entries } = read('203.0.113.5\n198.51.101.0/24\n2001:db8:7::25\n')
  const lines = (...wan: string[]): number[] =>
    listedUnits([{ id: 'u', wan }], entries).flatMap((unit) => unit.entries.map(({ line }) => line))

  it('are those with an address in an entry, or an entry in their network', () => {
    expect(lines('203.0.113.5/32')).toEqual([1])
    expect(lines('203.0.113.0/28')).toEqual([1])
    expect(lines('198.51.101.7/32')).toEqual([2])
    expect(lines('198.51.101.7/32', '203.0.113.0/24', '2001:db8:7::/48')).toEqual([1, 2, 3])
    expect(lines('203.0.113.6/32', '2001:db8:8::/48', '0.0.0.0/32')).toEqual([])
    expect(lines()).toEqual([])
  })

  it('come in their own order', () => {
    const units = [
      { id: 'b', wan: ['203.0.113.0/24'] },
      { id: 'none', wan: [] },
      { id: 'a', wan: ['203.0.113.5/32'] },
    ]
    expect(listedUnits(units, entries).map(({ unit }) => unit)).toEqual(['b', 'a'])
  })
})
