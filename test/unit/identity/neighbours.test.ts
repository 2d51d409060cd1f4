import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MAX_ADDRESSES_OF_ONE, parseNeighbours, readNeighbours } from '../../../src/identity/neighbours.ts'
import { temporaryDirectory } from '../lists/support.ts'
import { fixture } from './fixtures.ts'

const entry = (dst: string, lladdr: string, more: object = {}): object => ({
  dst,
  dev: 'eth0',
  lladdr,
  state: ['REACHABLE'],
  ...more,
})

function commandThat(script: string): string {
  const path = join(temporaryDirectory(), 'ip')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

describe('the neighbour table', () => {
  it('gives machines that answered, on IPv4 and IPv6, and no others', () => {
    const { neighbours, proxies } = parseNeighbours(fixture('neighbours.json').toString())
    expect(
      neighbours.map(({ address, mac, isRouter }) => `${address} ${mac}${isRouter ? ' router' : ''}`).sort(),
    ).toEqual([
      '10.1.1.1 02:42:ac:11:00:01 router',
      '10.1.1.20 02:42:ac:11:00:02',
      '10.1.1.30 02:42:ac:11:00:30',
      'fd00:1:1:0:42:acff:fe11:2 02:42:ac:11:00:02',
      'fd00:1:1:0:9c1d:7f3a:2b11:5e07 02:42:ac:11:00:02',
      'fe80::42:acff:fe11:1 02:42:ac:11:00:01 router',
    ])
    expect(proxies).toEqual([])
  })

  it('takes a MAC with very many IPv4 addresses for a router that answers for others', () => {
    const many = Array.from({ length: MAX_ADDRESSES_OF_ONE + 1 }, (_, index) =>
      entry(`10.0.0.${index + 1}`, '02:00:00:00:00:01'),
    )
    const table = parseNeighbours(JSON.stringify([...many, entry('10.0.1.1', '02:00:00:00:00:02')]))
    expect(table.neighbours.map(({ address }) => address)).toEqual(['10.0.1.1'])
    expect(table.proxies[0]).toMatchObject({ mac: '02:00:00:00:00:01' })
    expect(table.proxies[0]!.addresses).toHaveLength(MAX_ADDRESSES_OF_ONE + 1)
    expect(parseNeighbours(JSON.stringify(many.slice(1))).neighbours).toHaveLength(MAX_ADDRESSES_OF_ONE)
  })

  it('takes many IPv6 addresses for what they are: one machine that changes them', () => {
    const many = Array.from({ length: 60 }, (_, index) => entry(`fd00::${index + 1}`, '02:00:00:00:00:01'))
    expect(parseNeighbours(JSON.stringify(many)).neighbours).toHaveLength(60)
  })

  it('believes the surer of two entries', () => {
    const stale = entry('10.0.0.1', '02:00:00:00:00:01', { state: ['STALE'], dev: 'eth1' })
    const sure = entry('10.0.0.1', '02:00:00:00:00:02')
    for (const rows of [
      [stale, sure],
      [sure, stale],
    ]) {
      expect(parseNeighbours(JSON.stringify(rows)).neighbours).toMatchObject([{ mac: '02:00:00:00:00:02' }])
    }
  })

  it.each([['{}'], ['null'], ['hello'], ['']])('refuses %j', (text) =>
    expect(() => parseNeighbours(text)).toThrow(SyntaxError),
  )

  it('passes over entries that make no sense', () => {
    const rows = [
      null,
      1,
      'x',
      {},
      { dst: 1, lladdr: 2, state: 3 },
      entry('x', 'y'),
      entry('10.0.0.1', '127.0.0.1'),
    ]
    expect(parseNeighbours(JSON.stringify(rows)).neighbours).toEqual([])
  })
})

describe('asking the kernel', () => {
  it('runs the command and reads what it prints', async () => {
    const command = commandThat(
      `[ "$*" = "-json neigh show" ] && echo '[{"dst":"10.0.0.1","lladdr":"02:00:00:00:00:01","state":["STALE"]}]'`,
    )
    expect((await readNeighbours(command)).neighbours).toEqual([
      { address: '10.0.0.1', mac: '02:00:00:00:00:01', isRouter: false },
    ])
    expect(await readNeighbours(commandThat('true'))).toEqual({ neighbours: [], proxies: [] })
  })

  it('says what is wrong', async () => {
    await expect(readNeighbours('/nowhere/ip')).rejects.toThrow(
      'there is no command `/nowhere/ip` (package iproute2)',
    )
    await expect(readNeighbours(commandThat('echo no >&2; exit 1'))).rejects.toThrow(/-json neigh` failed/)
    await expect(readNeighbours(commandThat('echo hello'))).rejects.toThrow('printed what is no table')
    await expect(readNeighbours(commandThat('head -c 9000000 /dev/zero'))).rejects.toThrow('larger than 8 MB')
  })
})
