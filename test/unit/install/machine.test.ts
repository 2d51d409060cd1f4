import { describe, expect, it } from 'vitest'
import { refusals, thisMachine, type Machine } from '../../../src/install/machine.ts'

const GOOD: Machine = {
  platform: 'linux',
  processor: 'x64',
  kernel: '6.1.0-18-amd64',
  userId: 0,
  systemd: 252,
}

describe('a machine', () => {
  it('that has all is not refused', () => {
    expect(refusals(GOOD)).toEqual([])
    expect(refusals({ ...GOOD, kernel: '4.18.0', systemd: 247, processor: 'arm64' })).toEqual([])
    expect(refusals({ ...GOOD, kernel: '10.0' })).toEqual([])
  })

  it.each([
    [{ platform: 'darwin' }, 'Linux only, and this is darwin'],
    [{ processor: 'riscv64' }, 'no Node for processor riscv64'],
    [{ kernel: '4.17.19' }, 'kernel 4.17.19 is too old'],
    [{ kernel: '3.10.0-1160.el7.x86_64' }, 'is too old: 4.18'],
    [{ userId: 1000 }, 'run it with sudo'],
    [{ userId: null }, 'run it with sudo'],
    [{ systemd: null }, 'systemd does not run this machine'],
    [{ systemd: 241 }, 'systemd 241 is too old: 247'],
  ])('with %o is refused in words', (wrong, words) => {
    const said = refusals({ ...GOOD, ...wrong })
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(words)
  })

  it('is told all that is wrong with it at once', () => {
    expect(refusals({ ...GOOD, userId: 1, kernel: '4.4.0', systemd: null })).toHaveLength(3)
  })

  it('is this one', () => {
    expect(thisMachine()).toMatchObject({ platform: process.platform, processor: process.arch })
  })
})
