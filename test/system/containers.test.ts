/**
 * The images of the Dockerfile, built and run as docker-compose.yml says: read-only, as a user other than root, with no
 * right but to bind port 53. Podman stands for Docker, and where the two differ runc is given what Docker gives it.
 */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { callAdmin } from '../../src/cli/admin-socket.ts'
import { root } from '../support/command.ts'
import { readCompose, runArguments, type Service } from '../support/compose-file.ts'
import { ContainerEngine } from '../support/container-engine.ts'
import { CLIENT, Lab, run, SERVER } from '../support/lab.ts'
import { runBundle } from '../support/runc-bundle.ts'
import { eventually } from '../support/server.ts'
import { SignedRoot } from '../support/signed-root.ts'

/** Of the list apt32, which the image brings. */
const LISTED = '163mailservice.com'
const BUILD_MS = 420_000

const { resolver, notice, unbound } = readCompose().services as Record<'resolver' | 'notice' | 'unbound', Service> // prettier-ignore
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const image = `localhost/${resolver.image}`

let engine: ContainerEngine
let lab: Lab
let signedRoot: SignedRoot
/** What an officer has: the compose file's directory, with a configuration of its own. */
let project: string

function dig(...words: readonly string[]): string {
  return lab.client('dig', `@${SERVER}`, '+tries=1', '+time=4', ...words).trim()
}

function start(name: string, service: Service): void {
  engine.start(
    name,
    runArguments(service, `localhost/${service.image}`, project, `ns:/run/netns/${lab.serverSide}`),
  )
}

/** Waits for the health check of the image, run as an engine runs it. */
function healthy(name: string, command: readonly string[]): Promise<string> {
  return eventually(() => {
    try {
      return engine.exec(name, ...command).trim()
    } catch {
      // Not yet.
      return false
    }
  }, 20_000)
}

interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
}

function configOf(name: string): ImageConfig {
  return JSON.parse(engine.podman('inspect', '--type', 'image', '--format', '{{json .Config}}', name)) as ImageConfig // prettier-ignore
}

/** What an engine runs: without its first word, `CMD`. */
function checkOf(name: string): readonly string[] {
  return (JSON.parse(engine.podman('inspect', '--type', 'image', '--format', '{{json .HealthCheck}}', name)) as { Test: readonly string[] }).Test.slice(1) // prettier-ignore
}

beforeAll(async () => {
  engine = new ContainerEngine()
  engine.prepare(dockerfile)
  engine.build(root, image)
  engine.build(root, `localhost/${unbound.image}`, ['--target', 'unbound'])
  lab = await Lab.open()
  signedRoot = new SignedRoot()
  await signedRoot.start(lab, engine, `localhost/${unbound.image}`)
  project = join(engine.directory, 'project')
  mkdirSync(project)
  for (const name of ['config', 'blocklists']) cpSync(join(root, name), join(project, name), { recursive: true }) // prettier-ignore
  const settings = join(project, 'config/thanhloc.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('servers: []', 'servers: ["127.0.0.1:5335"]')) // prettier-ignore
}, BUILD_MS)
afterAll(async () => {
  engine?.close()
  await lab?.close()
  signedRoot?.close()
}, 60_000)

describe('the images', () => {
  it.each([
    ['thanhloc', resolver, '10053:10053'],
    ['unbound', unbound, '10054:10054'],
  ])('%s: a user by number, and no file that gives the rights of another', (_, service, user) => {
    const name = `localhost/${service.image}`
    expect(configOf(name).User).toBe(user)
    const list = 'find / -xdev -type f -perm /6000; find / -xdev -type f -perm -o+w; echo done'
    const found = engine.look(name, list, '--user=0') // prettier-ignore
    expect(found.trim()).toBe('done')
  })

  it('thanhloc: what runs and nothing that builds, in files only root can write', () => {
    const list =
      'ls node_modules | grep -cE "^(vitest|typescript|prettier|oxlint|npm)$"; command -v npm; command -v cc; find . -user 10053; ls'
    const found = engine.look(image, list)
    expect(found.trim().split(/\s+/)).toEqual(['0', './data', 'LICENSE', 'bin', 'blocklists', 'config', 'data', 'node_modules', 'package.json', 'src']) // prettier-ignore
    expect(configOf(image).Labels).toMatchObject({
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.licenses': manifest.license,
      'org.opencontainers.image.description': manifest.description,
    })
  })
})

describe('as docker-compose.yml runs it', () => {
  it('docker-compose takes the file', () => {
    const services = run('docker-compose', '-f', join(root, 'docker-compose.yml'), 'config', '--services')
    expect(services.trim().split('\n')).toEqual(Object.keys(readCompose().services))
  })

  beforeAll(async () => {
    // The key of our own root in place of the world's, in the volume, where Unbound would keep a newer one.
    start('unbound', unbound)
    const volume = engine.podman('volume', 'inspect', '--format', '{{.Mountpoint}}', 'unbound').trim()
    engine.stop('unbound', 5)
    writeFileSync(join(volume, 'root.key'), signedRoot.anchor)
    start('unbound', unbound)
    start('thanhloc', resolver)
    await healthy('unbound', checkOf(`localhost/${unbound.image}`))
  })

  it('passes its health check, and says what it answers on', async () => {
    expect(await healthy('thanhloc', checkOf(image))).toMatch(
      /^answers on 0\.0\.0\.0:53(; see to: [a-z, ]+)?$/,
    )
  })

  it('is not root, has one right, and can write to its data alone', () => {
    const status = engine.exec('thanhloc', 'cat', '/proc/1/status')
    expect(/^Uid:\t(.*)$/m.exec(status)![1]).toBe('10053\t10053\t10053\t10053')
    // CAP_NET_BIND_SERVICE is number 10 (linux/capability.h).
    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(status).toMatch(new RegExp(`^${set}:\t0{13}400$`, 'm')) // prettier-ignore
    const tries =
      'for d in . config blocklists src data /tmp /etc /run; do touch $d/x 2>/dev/null && echo $d; done; true'
    expect(engine.exec('thanhloc', 'sh', '-c', tries).trim().split('\n')).toEqual(['data', '/tmp'])
  })

  it('blocks on port 53, and knows the client by its own address', async () => {
    expect(dig(LISTED, 'A', '+short')).toBe('0.0.0.0')
    expect(dig(LISTED, 'A', '+short', '+tcp')).toBe('0.0.0.0')
    const data = engine.podman('volume', 'inspect', '--format', '{{.Mountpoint}}', 'thanhloc').trim()
    const clients = await eventually(async () => {
      const page = (await callAdmin(join(data, 'admin.sock'), { method: 'GET', path: '/api/v1/clients' })) as { items: { hits: number; addresses: unknown }[] } // prettier-ignore
      // Hits are written once a second: the second one may come a write later.
      return (page.items[0]?.hits ?? 0) > 1 && page.items
    })
    expect(clients).toMatchObject([{ hits: 2 }])
    expect(JSON.stringify(clients)).toContain(CLIENT)
  })

  it('asks Unbound, which validates: what is signed comes with AD, what was changed does not come', () => {
    expect(dig('signed.example', 'A', '+dnssec')).toMatch(/flags:[a-z ]* ad[; ][\s\S]*192\.0\.2\.1/)
    const broken = dig('broken.example', 'A')
    expect(broken).toContain('status: SERVFAIL')
    expect(broken).not.toContain('192.0.2.3')
    // From the checked root itself, not by an answer that was there.
    const direct = lab.inside('dig', '@127.0.0.1', '-p', '5335', 'none.example', 'A', '+dnssec')
    expect(direct).toMatch(/status: NXDOMAIN[\s\S]*flags:[a-z ]* ad[; ]/)
  })

  it('takes a list that is saved beside the compose file, as an editor saves', async () => {
    const list = join(project, 'blocklists/apt32.txt')
    writeFileSync(`${list}.new`, `${readFileSync(list, 'utf8')}\nsigned.example\n`)
    renameSync(`${list}.new`, list)
    await eventually(() => dig('signed.example', 'A', '+short') === '0.0.0.0', 20_000)
  })

  it('a network that is only the end of a cable is told, one of a host is not', async () => {
    expect(engine.log('thanhloc')).toMatch(/in a container behind a bridge: every client can look like its gateway/) // prettier-ignore
    // As on a host that has Docker.
    lab.inside('ip', 'link', 'add', 'docker0', 'type', 'bridge')
    lab.inside('ip', 'link', 'set', 'docker0', 'up')
    expect(engine.stop('thanhloc', 10)).toBe(0)
    start('thanhloc', resolver)
    await healthy('thanhloc', checkOf(image))
    expect(engine.log('thanhloc')).not.toContain('behind a bridge')
  })

  it('ends in order when it is told to, and goes on with what it knew', async () => {
    const before = Date.now()
    expect(engine.stop('thanhloc', 10)).toBe(0)
    expect(Date.now() - before).toBeLessThan(10_000)
    start('thanhloc', resolver)
    await healthy('thanhloc', checkOf(image))
    const clients = engine.exec('thanhloc', 'bin/thanhloc', 'status', '--json')
    expect((JSON.parse(clients) as { clients: object }).clients).toMatchObject({ new: 1 })
  })

  it('fails its health check when it does not answer', () => {
    const pid = engine.podman('inspect', '--format', '{{.State.Pid}}', 'thanhloc').trim()
    process.kill(Number(pid), 'SIGSTOP')
    try {
      expect(() => engine.exec('thanhloc', ...checkOf(image))).toThrow(/no answer within 4 s/)
    } finally {
      process.kill(Number(pid), 'SIGCONT')
    }
  })
})

describe('the notice page', () => {
  it('comes up beside it, as another user, with the socket and nothing else of it', async () => {
    const settings = join(project, 'config/thanhloc.yaml')
    const own = `  ipv4: ${SERVER}\n  ttl: 60s\n\nnotice: { http: ["${SERVER}:80"] }`
    writeFileSync(settings, readFileSync(settings, 'utf8').replace(/^ {2}ttl: 60s$/m, own))
    expect(engine.stop('thanhloc', 10)).toBe(0)
    start('thanhloc', resolver)
    start('notice', notice)
    await eventually(() => engine.log('notice').includes('"msg":"listening"'), 20_000)
    expect(lab.client('curl', '-s', '-i', `http://${SERVER}/`)).toContain('403 Forbidden')
    const status = engine.exec('notice', 'cat', '/proc/1/status')
    expect(/^Uid:\t(.*)$/m.exec(status)![1]).toBe('10055\t10055\t10055\t10055')
    expect(status).toMatch(/^CapEff:\t0{13}400$/m)
    expect(engine.exec('notice', 'sh', '-c', 'ls -A data; touch /run/thanhloc/x 2>/dev/null || echo no').trim()).toBe('no') // prettier-ignore
    expect(engine.stop('notice', 10)).toBe(0)
  })
})

describe('as Docker runs it: a user other than root has no capability, whatever cap_add says', () => {
  const environment = (): readonly string[] => configOf(image).Env
  /** Runs the image until it says `ready` or ends; what it said. */
  const said = (options: { readonly bounding: readonly string[]; readonly isSealed?: boolean }): Promise<string> =>
    runBundle(engine, lab, { image, user: 10053, environment: environment(), args: ['/usr/local/bin/thanhloc-entry', 'serve', '--listen', `${SERVER}:53`], until: '"msg":"ready"', ...options }) // prettier-ignore

  beforeAll(() => engine.remove('thanhloc'))

  it('with cap_add alone it binds port 53: the right comes with a file', async () => {
    expect(await said({ bounding: ['CAP_NET_BIND_SERVICE'] })).toContain('"msg":"ready"')
  })

  it.each([
    ['without cap_add', { bounding: [] }],
    ['with no-new-privileges', { bounding: ['CAP_NET_BIND_SERVICE'], isSealed: true }],
  ])('%s it says that it may not, and ends', async (_, options) => {
    const words = await said(options)
    expect(words).toMatch(/^thanhloc serve: listen 10\.99\.0\.1:53: /m)
    expect(words).toMatch(/ip_unprivileged_port_start|CAP_NET_BIND_SERVICE/)
  })

  it('without any right where the host leaves the port to everybody', async () => {
    lab.inside('sysctl', '-q', '-w', 'net.ipv4.ip_unprivileged_port_start=53')
    expect(await said({ bounding: [], isSealed: true })).toContain('"msg":"ready"')
  })
})
