import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingsFrom } from '../config/settings-from.ts'
import { NOTICE_USER, placesUnder, USER } from '../../../src/install/places.ts'

const root = join(import.meta.dirname, '../../..')
const unit = readFileSync(join(root, 'config/systemd/thanhloc.service'), 'utf8')
const places = placesUnder('/')

const notice = readFileSync(join(root, 'config/systemd/thanhloc-notice.service'), 'utf8')

/** All values of a key, in order. */
function values(key: string, text = unit): string[] {
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((match) => match[1]!)
}

describe('the unit', () => {
  it('starts what is installed, where it is installed, as its user', () => {
    expect(values('ExecStart')).toEqual([
      `${places.current}/bin/thanhloc serve --config ${places.configFile}`,
    ])
    expect(values('User')).toEqual([USER])
    expect(values('StateDirectory').map((name) => `/var/lib/${name}`)).toEqual([places.data])
    expect(values('Environment')).toEqual([`NODE_COMPILE_CACHE=${places.cache}`])
    const user = readFileSync(join(root, 'config/systemd/sysusers.conf'), 'utf8')
    expect(user).toMatch(new RegExp(`^u ${USER} - ".*" ${places.data}$`, 'm'))
  })

  it('is told and watched, started again after any end but a faulty configuration, and stopped in order', () => {
    expect(values('Type')).toEqual(['notify'])
    expect(values('WatchdogSec')).toHaveLength(1)
    expect(values('Restart')).toEqual(['always'])
    expect(values('StartLimitIntervalSec')).toEqual(['0'])
    expect(values('RestartPreventExitStatus')).toEqual(['2'])
    expect(values('ExecReload')[0]).toContain('-HUP')
  })

  it('may do port 53 and nothing else, and compile JavaScript', () => {
    for (const key of ['CapabilityBoundingSet', 'AmbientCapabilities']) expect(values(key)).toEqual(['CAP_NET_BIND_SERVICE']) // prettier-ignore
    expect(values('NoNewPrivileges')).toEqual(['yes'])
    expect(values('ProtectSystem')).toEqual(['strict'])
    expect(values('RestrictAddressFamilies')).toEqual(['AF_INET AF_INET6 AF_UNIX AF_NETLINK'])
    expect(values('MemoryDenyWriteExecute')).toEqual([])
    expect(values('PrivateUsers')).toEqual([])
  })

  it('raises the bound of receive buffers to what the server asks for', () => {
    const asked = /RECEIVE_BUFFER_BYTES = (\d+) << (\d+)/.exec(readFileSync(join(root, 'src/net/sockets.ts'), 'utf8'))! // prettier-ignore
    const sysctl = readFileSync(join(root, 'config/systemd/sysctl.conf'), 'utf8')
    expect(sysctl).toContain(`net.core.rmem_max = ${Number(asked[1]) << Number(asked[2])}\n`)
  })
})

describe('the unit of the notice service', () => {
  const said = (key: string): string[] => values(key, notice)

  it('starts what is installed, as a user of its own that gets nothing but the socket', () => {
    expect(said('ExecStart')).toEqual([
      `${places.current}/bin/thanhloc notice --socket ${settingsFrom('').notice.socket}`,
    ])
    expect([...said('User'), ...said('Group')]).toEqual([NOTICE_USER, NOTICE_USER])
    const hidden = said('InaccessiblePaths')[0]!.split(' ')
    expect(hidden).toEqual([`-${places.configDirectory}`, `-${places.data}`, `-${places.cache}`])
    expect(said('Environment')).toEqual([`NODE_COMPILE_CACHE=${places.noticeCache}`])
    expect(readFileSync(join(root, 'config/systemd/sysusers.conf'), 'utf8')).toMatch(
      new RegExp(`^u ${NOTICE_USER} - ".*" /$`, 'm'),
    )
  })

  it('meets the server in a directory whose group is its own, and in which the server may write', () => {
    const meeting = readFileSync(join(root, 'config/systemd/tmpfiles.conf'), 'utf8')
    expect(meeting).toMatch(new RegExp(`^d ${places.run} 2750 ${USER} ${NOTICE_USER} -$`, 'm'))
    expect(settingsFrom('').notice.socket.startsWith(`${places.run}/`)).toBe(true)
    expect(values('ReadWritePaths')).toEqual([`-${places.run}`])
  })

  it('may do ports 80 and 443 and nothing else, and goes on without the server', () => {
    for (const key of ['CapabilityBoundingSet', 'AmbientCapabilities'])
      expect(said(key)).toEqual(['CAP_NET_BIND_SERVICE'])
    for (const key of ['Requires', 'BindsTo', 'PartOf']) expect(said(key)).toEqual([])
    expect(said('RestrictAddressFamilies')).toEqual(['AF_INET AF_INET6 AF_UNIX'])
    // All that holds the server in holds this one in as well.
    const held = (text: string): string[] =>
      text.match(/^(?:Protect|Restrict|Private|Lock|Remove|NoNew)\w+=yes$/gm)!
    expect(held(notice)).toEqual(expect.arrayContaining(held(unit)))
  })
})
