/** What the engines show: Docker on its bridge, on the host's network, by macvlan; Podman; and no container at all. */
import { describe, expect, it } from 'vitest'
import { bridgeWarnings, containerBridge, type ContainerView } from '../../../src/net/container-bridge.ts'

const ROUTES = '[{"dst":"default","gateway":"172.17.0.1","dev":"eth0","flags":[]}]'
const LOOPBACK = { ifname: 'lo', link_type: 'loopback' }
const CABLE = { ifname: 'eth0', link_type: 'ether', linkinfo: { info_kind: 'veth' } }
const HARDWARE = { ifname: 'eth0', link_type: 'ether' }
const BRIDGE = { ifname: 'docker0', link_type: 'ether', linkinfo: { info_kind: 'bridge' } }
const MACVLAN = { ifname: 'eth0', link_type: 'ether', linkinfo: { info_kind: 'macvlan' } }

/** `devices`: those that are up, beside loopback and one that is down. */
function view(mark: string | null, devices: readonly object[], routes = ROUTES): ContainerView {
  return {
    exists: (path) => path === mark,
    ip: (...words) => (words.includes('route') ? routes : JSON.stringify([LOOPBACK, {}, ...devices])),
  }
}

describe('a container behind a bridge', () => {
  it.each([
    ['Docker', '/.dockerenv'],
    ['Podman', '/run/.containerenv'],
  ])('is known in %s, with the address clients can look like', (_, mark) => {
    expect(containerBridge(view(mark, [CABLE]))).toEqual({ gateway: '172.17.0.1' })
  })

  it('of two networks as of one', () => {
    expect(containerBridge(view('/.dockerenv', [CABLE, { ...CABLE, ifname: 'eth1' }]))).not.toBeNull()
  })

  it('has no gateway on an internal network', () => {
    expect(containerBridge(view('/.dockerenv', [CABLE], '[]'))).toEqual({ gateway: null })
  })

  it('is told in one line with what to do', () => {
    expect(bridgeWarnings({ gateway: '172.17.0.1' })).toEqual([
      expect.stringMatching(/look like its gateway 172\.17\.0\.1, .* network_mode: host/),
    ])
    expect(bridgeWarnings({ gateway: null })).toEqual([expect.stringContaining('its gateway, and')])
    expect(bridgeWarnings(null)).toEqual([])
  })
})

describe('clients that come as they are', () => {
  it.each([
    ['no container', null, [CABLE]],
    ['the network of a host', '/.dockerenv', [HARDWARE, BRIDGE]],
    ['the network of a host that is a container itself', '/.dockerenv', [CABLE, BRIDGE]],
    ['macvlan', '/.dockerenv', [MACVLAN]],
    ['no network but loopback', '/.dockerenv', []],
  ])('%s', (_, mark, devices) => expect(containerBridge(view(mark, devices))).toBeNull())

  it.each([
    [
      'no `ip` to look with',
      () => {
        throw new Error('ENOENT')
      },
    ],
    ['an `ip` that writes no JSON', () => 'Option "-json" is unknown'],
  ])('%s: nothing is claimed', (_, ip) => {
    // prettier-ignore
    expect(containerBridge({ exists: () => true, ip })).toBeNull()
  })
})
