/**
 * The Debian package on a bare Debian that boots: installed as docs/install.md says, beside systemd-resolved, killed,
 * hung, upgraded, taken back, removed and purged. systemd is the real one.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { readPage, root, stepsOf } from '../presubmit/markdown.ts'
import { BootedMachine, CHECKOUT } from '../support/booted-machine.ts'
import { run } from '../support/lab.ts'

const PAGE = readPage('docs/install.md')
const LISTED = 'adobe.riceaub.com'
const NEXT = `${manifest.version}+next.1`
const LIMIT_MS = 300_000

let machine: BootedMachine
let out: string
let resolvConf: string

/** Builds the package of `version`; its path. `mask`: of whoever builds it. */
function build(version: string, directory = out, mask = '022'): string {
  const words = [join(root, 'packaging/build-deb.ts'), '--fast', '--version', version, '--out', directory]
  return execFileSync('sh', ['-c', `umask ${mask}; exec "$0" "$@"`, process.execPath, ...words], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: out },
  }).trim()
}

function mainPid(): number {
  return Number(machine.do('systemctl show --property=MainPID --value thanhloc'))
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what}: not within 20 s\n${machine.try('journalctl -u thanhloc -o cat -n 30').text}`) // prettier-ignore
    await setTimeout(100)
  }
}

/** Its own DNS works, by systemd-resolved, which has what it had. */
function expectOwnNamesFound(): void {
  expect(machine.do('getent ahostsv4 clean.vn')).toContain('192.0.2.1')
  expect(machine.do('cat /etc/resolv.conf')).toBe(resolvConf)
}

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'thanhloc-packages-'))
  run('mount', '-t', 'tmpfs', '-o', 'size=2g', 'tmpfs', out)
  const packages = [build(manifest.version), build(NEXT)]
  machine = await BootedMachine.boot()
  for (const file of packages)
    machine.copy(file, `/media/${file.includes(NEXT) ? 'next/' : ''}${basename(file)}`)
  resolvConf = machine.do('cat /etc/resolv.conf')
}, 240_000)
afterAll(async () => {
  await machine.close()
  run('umount', out)
  rmSync(out, { recursive: true, force: true })
})

describe('the package', () => {
  it('is the same, byte for byte, when it is built again, by whoever', () => {
    const again = join(out, 'again')
    const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
    const second = build(manifest.version, again, '077')
    expect(digest(second)).toBe(digest(join(out, basename(second))))
  })

  it('holds files of root that nobody else can write, and its lists as conffiles', () => {
    const file = join(out, `thanhloc_${manifest.version}_amd64.deb`)
    const rows = run('dpkg-deb', '--contents', file).trim().split('\n')
    expect(rows.length).toBeGreaterThan(1000)
    expect(rows.filter((row) => !/^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x|lrwxrwxrwx) root\/root /.test(row))).toEqual([]) // prettier-ignore
    expect(run('dpkg-deb', '--info', file, 'conffiles').split('\n')).toContain('/etc/thanhloc/blocklists/apt32.txt') // prettier-ignore
  })
})

describe('on a bare machine', () => {
  it('goes from nothing to a blocked name as the page says', { timeout: LIMIT_MS }, () => {
    const startMs = Date.now()
    const steps = stepsOf(PAGE)
    expect(steps.length).toBeLessThanOrEqual(5)
    for (const { command, output } of steps) {
      const [program, ...words] = command.split(' ')
      const printed = program === 'dig' ? machine.beside(program, ...words) : machine.do(command)
      expect(printed.trimEnd(), command).toMatch(patternOf(output))
    }
    expect(Date.now() - startMs).toBeLessThan(LIMIT_MS)
  })

  it('answers the network, and leaves the machine its own DNS', () => {
    expect(machine.dig('clean.vn')).toBe('192.0.2.1')
    expect(machine.dig('clean.vn', 'fd98::1')).toBe('192.0.2.1')
    expectOwnNamesFound()
    machine.do('systemctl restart systemd-resolved')
    expectOwnNamesFound()
    expect(machine.do("ss -Hlun 'sport = 53'").match(/\S+:53\b/g)!.toSorted()).toEqual(['10.98.0.1:53', '127.0.0.53%lo:53', '127.0.0.54:53', '[fd98::1]:53']) // prettier-ignore
  })

  it('is healthy under the unit: nothing it needs is forbidden to it', async () => {
    await until('it is healthy', () => machine.try('thanhloc status').code === 0)
    expect(machine.do('journalctl -u thanhloc -o cat')).not.toMatch(/"level":"error"|EPERM|EACCES/)
    const status = machine.do(`cat /proc/${mainPid()}/status`)
    expect(status).toMatch(/^CapEff:\s+0000000000000400$/m)
    expect(status).toMatch(/^CapBnd:\s+0000000000000400$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(machine.do(`stat -c %U /proc/${mainPid()}`)).toBe('thanhloc\n')
    expect(machine.do('stat -c "%a %U" /var/lib/thanhloc /var/cache/thanhloc')).toBe('700 thanhloc\n700 thanhloc\n') // prettier-ignore
  })

  it('has a unit without a fault, as closed as the page says', () => {
    expect(machine.do('systemd-analyze verify thanhloc.service')).toBe('')
    const score = /exposure level for thanhloc.service: ([\d.]+)/.exec(
      machine.do(`systemd-analyze security --offline=true ${CHECKOUT}/config/systemd/thanhloc.service`),
    )![1]
    expect(PAGE.text).toContain(`**\`systemd-analyze security\`: ${score}**`)
  })

  it('has a notice service beside it, started by hand, that gets nothing but the socket', async () => {
    expect(machine.do('systemd-analyze verify thanhloc-notice.service')).toBe('')
    const score = /exposure level for thanhloc-notice.service: ([\d.]+)/.exec(
      machine.do(
        `systemd-analyze security --offline=true ${CHECKOUT}/config/systemd/thanhloc-notice.service`,
      ),
    )![1]
    expect(readPage('docs/notice.md').text).toContain(`(\`systemd-analyze security\`: ${score})`)
    expect(machine.do('stat -c "%a %U %G" /run/thanhloc')).toBe('2750 thanhloc thanhloc-notice\n')
    expect(machine.try('systemctl is-active --quiet thanhloc-notice').code).not.toBe(0)

    machine.do('cp /etc/thanhloc/thanhloc.yaml /media/before.yaml')
    machine.do(
      `sed -i 's|^  ttl: 60s|  ipv4: 10.98.0.1\\n  ttl: 60s\\n\\nnotice: { http: ["10.98.0.1:80"] }|' /etc/thanhloc/thanhloc.yaml`,
    )
    machine.do('systemctl restart thanhloc && systemctl enable --quiet --now thanhloc-notice')
    const log = (): string => machine.do('journalctl -u thanhloc-notice -o cat')
    await until('it listens', () => log().includes('"msg":"listening"'))
    expect(machine.beside('curl', '-s', '-i', 'http://10.98.0.1/')).toContain('403 Forbidden')
    expect(log()).not.toMatch(/"level":"(?:warn|error)"|EPERM|EACCES/)
    const pid = Number(machine.do('systemctl show --property=MainPID --value thanhloc-notice'))
    expect(machine.do(`stat -c %U:%G /proc/${pid}`)).toBe('thanhloc-notice:thanhloc-notice\n')
    expect(machine.do(`cat /proc/${pid}/status`)).toMatch(/^CapEff:\s+0000000000000400$/m)
    for (const path of ['/etc/thanhloc', '/var/lib/thanhloc'])
      expect(machine.do(`nsenter --target ${pid} --mount ls -A ${path}`)).toBe('')
    expect(machine.do('stat -c "%a %U:%G" /run/thanhloc/notice.sock')).toBe('660 thanhloc:thanhloc-notice\n')

    machine.do('systemctl disable --quiet --now thanhloc-notice; cp /media/before.yaml /etc/thanhloc/thanhloc.yaml; systemctl restart thanhloc') // prettier-ignore
  })

  it('says that all is there when it is installed again', () => {
    const said = machine.do('thanhloc install')
    expect(said.match(/as it should be$/gm)).toHaveLength(5)
    expect(said).toContain('answers at 10.98.0.1:53, [fd98::1]:53')
  })

  it('reads its settings again', async () => {
    machine.do(
      "sed -i 's|^records:|records:\\n  added.example.test: 192.0.2.77|' /etc/thanhloc/thanhloc.yaml",
    )
    const before = mainPid()
    machine.do('systemctl reload thanhloc')
    await until('the record is there', () => machine.dig('added.example.test') === '192.0.2.77')
    expect(mainPid()).toBe(before)
  })

  it('is there again after it was killed, and after it hung', async () => {
    const first = mainPid()
    machine.do(`kill -KILL ${first}`)
    await until('it runs again', () => ![0, first].includes(mainPid()) && isActive())
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
    machine.write('/etc/systemd/system/thanhloc.service.d/soon.conf', '[Service]\nWatchdogSec=2s\n')
    machine.do('systemctl daemon-reload && systemctl restart thanhloc')
    const second = mainPid()
    machine.do(`kill -STOP ${second}`)
    await until('the watchdog has ended it', () => ![0, second].includes(mainPid()) && isActive())
    expect(machine.do('journalctl -u thanhloc -o cat')).toContain('Watchdog timeout')
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
    machine.do('rm -r /etc/systemd/system/thanhloc.service.d && systemctl daemon-reload')
  })

  it('comes up with the machine, beside systemd-resolved', async () => {
    await machine.restart()
    expect(isActive()).toBe(true)
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
    expectOwnNamesFound()
  })

  it('waits with a faulty configuration, and says where the fault is', async () => {
    machine.do(
      'cp /etc/thanhloc/thanhloc.yaml /media/good.yaml; echo "lisen: []" >> /etc/thanhloc/thanhloc.yaml',
    )
    machine.try('systemctl restart thanhloc')
    await until('it has given up', () => machine.try('systemctl is-failed --quiet thanhloc').code === 0)
    expect(machine.do('systemctl status --no-pager thanhloc || true')).toMatch(/thanhloc\.yaml:\d+:\d+: .*lisen/) // prettier-ignore
    machine.do('cp /media/good.yaml /etc/thanhloc/thanhloc.yaml; systemctl start thanhloc')
  })
})

describe('upgrade', () => {
  const program = (): string => machine.do(`readlink /proc/${mainPid()}/exe`)
  const hits = (): string => machine.do('thanhloc status --json')

  it('keeps a changed configuration, changed lists and the data', async () => {
    await until('the hit is written', () => machine.do('ls /var/lib/thanhloc').includes('thanhloc.db')) // prettier-ignore
    const before = hits()
    machine.do("echo '# của tôi' >> /etc/thanhloc/thanhloc.yaml; echo own.example.test >> /etc/thanhloc/blocklists/apt32.txt") // prettier-ignore
    const config = machine.do('cat /etc/thanhloc/thanhloc.yaml')
    machine.do(`apt-get install -y ./next/*.deb`)
    expect(program()).toContain(`/usr/lib/thanhloc/${NEXT}/`)
    expect(machine.do('cat /etc/thanhloc/thanhloc.yaml')).toBe(config)
    expect(machine.dig('own.example.test')).toBe('0.0.0.0')
    expect(clientsIn(hits())).toEqual(clientsIn(before))
    expectOwnNamesFound()
  })

  it('goes back with one command, and forward again', () => {
    expect(machine.do('thanhloc upgrade --back')).toContain('answers at')
    expect(program()).toContain(`/usr/lib/thanhloc/${manifest.version}.kept/`)
    expect(machine.dig(LISTED)).toBe('0.0.0.0')
    expect(machine.do('thanhloc upgrade --back')).toContain('answers at')
    expect(program()).toContain(`/usr/lib/thanhloc/${NEXT}/`)
  })
})

describe('removal', () => {
  it('is left to apt', () => {
    const { code, text } = machine.try('thanhloc uninstall')
    expect(code).toBe(1)
    expect(text).toContain('apt remove thanhloc')
  })

  it('keeps configuration, lists and data, and a later installation goes on from there', () => {
    machine.do('apt-get remove -y thanhloc')
    expect(machine.try('ls /usr/lib/thanhloc /usr/bin/thanhloc /var/cache/thanhloc').code).toBe(2)
    expect(machine.do('ls /etc/thanhloc/thanhloc.yaml /etc/thanhloc/blocklists/apt32.txt /var/lib/thanhloc/thanhloc.db')).not.toBe('') // prettier-ignore
    expectOwnNamesFound()
    machine.do(`apt-get install -y ./next/*.deb`)
    expect(machine.dig('own.example.test')).toBe('0.0.0.0')
  })

  it('leaves nothing behind when purged', () => {
    machine.do('apt-get purge -y thanhloc')
    expect(machine.do('find / -xdev -name "*thanhloc*" -not -path "/proc/*" -not -path "/media/*" -not -path "/srv/*"')).toBe('') // prettier-ignore
    expect(machine.try('getent passwd thanhloc').code).toBe(2)
    expectOwnNamesFound()
  })
})

function isActive(): boolean {
  return machine.try('systemctl is-active --quiet thanhloc').code === 0
}

/** Machines with hits, of the output of `status --json`. */
function clientsIn(status: string): unknown {
  return (JSON.parse(status) as { readonly clients?: unknown }).clients
}

/** What a page shows as output: a line `…` stands for any number of lines. */
function patternOf(output: string): RegExp {
  const parts = output.split(/^…$/m).map((part) => part.replace(/^\n|\n$/g, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) // prettier-ignore
  return new RegExp(`^${parts.join('[^]*')}$`)
}
