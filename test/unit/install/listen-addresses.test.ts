import { describe, expect, it } from 'vitest'
import { conflicts, listenAddresses } from '../../../src/install/listen-addresses.ts'
import type { PortHolder } from '../../../src/net/port-holder.ts'

const WANTED = [
  { address: '10.1.0.53', port: 53 },
  { address: 'fd00::53', port: 53 },
]

function holder(address: string, program: string | null, pid: number | null = 812): PortHolder {
  const isKnown = program !== null && pid !== null
  return {
    address,
    process: isKnown ? `${program} (process ${pid})` : null,
    program,
    pid: isKnown ? pid : null,
  }
}

describe('where it is to answer', () => {
  it('is what was asked for, port 53 unless said', () => {
    expect(listenAddresses(['10.1.0.53', '[fd00::53]:5353'])).toEqual([{ address: '10.1.0.53', port: 53 }, { address: 'fd00::53', port: 5353 }]) // prettier-ignore
    expect(() => listenAddresses(['dns.local'])).toThrow('--listen dns.local: ')
  })

  it('is port 53 of the machine’s own addresses, or a refusal where there are none', () => {
    expect(listenAddresses(null, () => ['10.1.0.53', 'fd00::53'])).toEqual(WANTED)
    expect(() => listenAddresses(null, () => [])).toThrow('--listen 10.1.0.53')
  })
})

describe('a port', () => {
  it('that systemd-resolved has elsewhere is free', () => {
    const resolved = [holder('127.0.0.53', 'systemd-resolved'), holder('127.0.0.54', 'systemd-resolved')]
    expect(conflicts(WANTED, null, () => resolved)).toEqual([])
  })

  it('that another program has is told with its name, once', () => {
    const [said, ...more] = conflicts(WANTED, null, () => [holder('10.1.0.53', 'dnsmasq'), holder('10.1.0.53', 'dnsmasq')]) // prettier-ignore
    expect(said).toMatch(/^10\.1\.0\.53:53: .*taken by dnsmasq \(process 812\) on 10\.1\.0\.53/)
    expect(more).toEqual([])
    expect(conflicts(WANTED, null, () => [holder('10.1.0.53', null)])[0]).toContain('another program')
  })

  it('that another program has on every address is taken', () => {
    expect(conflicts(WANTED, null, () => [holder('0.0.0.0', 'named')])).toHaveLength(1)
    expect(conflicts(WANTED, null, () => [holder('::', 'named')])).toHaveLength(2)
  })

  it('on every address is refused where one has it, by the name of systemd-resolved', () => {
    const [said] = conflicts([{ address: '0.0.0.0', port: 53 }], null, () => [holder('127.0.0.53', null)])
    expect(said).toContain('systemd-resolved has 127.0.0.53')
    expect(said).toContain('instead of 0.0.0.0')
  })

  it('that this server has itself is free', () => {
    expect(conflicts(WANTED, 812, () => [holder('10.1.0.53', 'node')])).toEqual([])
    expect(conflicts(WANTED, 813, () => [holder('10.1.0.53', 'node')])).toHaveLength(1)
  })
})
