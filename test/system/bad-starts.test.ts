/** Starts that fail for want of a right, as a service user meets them: each says which right, and how to give it. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { eventually, TestServer } from '../support/server.ts'
import { SmallDisk } from '../support/small-disk.ts'

const NOBODY = 65_534
/** In a network of its own, where ports below 1024 are the system's, whatever this machine allows. */
const DROP = `ip link set lo up && exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups --bounding-set=-all --inh-caps=-all "$0" "$@"`
const AS_NOBODY = ['unshare', '-n', 'sh', '-c', DROP]
const UPSTREAMS = 'upstreams: { servers: ["127.0.0.1:9"] }\nrecords: { "here.vn": 192.0.2.7 }\n'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  chmodSync(directory, 0o755)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function failure(config: string): Promise<{ code: number | null; stderr: string }> {
  return TestServer.failing({ config: UPSTREAMS + config, directory, runBy: AS_NOBODY })
}

describe('a user without rights', () => {
  it('may not take port 53: the three ways to that right', async () => {
    mkdirSync(join(directory, 'data'))
    chownSync(join(directory, 'data'), NOBODY, NOBODY)
    const { code, stderr } = await failure('listen: ["0.0.0.0:53"]\n')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^thanhloc serve: listen 0\.0\.0\.0:53: not permitted; /)
    for (const way of ['systemd service', 'setcap cap_net_bind_service=+ep', 'ip_unprivileged_port_start=53'])
      expect(stderr).toContain(way)
  })

  it('may not write into a data directory that is not its own: whose it is, and the command', async () => {
    const data = join(directory, 'data')
    mkdirSync(data)
    const own = await failure('')
    expect(own.code).toBe(1)
    expect(own.stderr).toBe(
      `thanhloc serve: store.path ${data}: user ${NOBODY}, as whom the server runs, may not write there ` +
        `(${data} belongs to user 0); as root \`chown -R ${NOBODY} ${data}\`, or name another directory\n`,
    )
  })

  it('may not make a data directory: where, and the command', async () => {
    const { code, stderr } = await failure('')
    expect(code).toBe(1)
    expect(stderr).toContain(`(${directory} belongs to user 0); as root \`install -d -o ${NOBODY} -m 700 `)
  })

  it('may not read the configuration: exit code 2, and who may not', async () => {
    const file = join(directory, 'secret.yaml')
    writeFileSync(file, UPSTREAMS, { mode: 0o600 })
    const { code, stderr } = await TestServer.failing({
      config: '',
      directory,
      runBy: AS_NOBODY,
      args: ['--config', file],
    })
    expect(code).toBe(2)
    expect(stderr).toContain(`${file}: user ${NOBODY}, as whom this runs, may not read the file`)
  })
})

describe('a data directory on a file system that is read-only', () => {
  let disk: SmallDisk
  let server: TestServer | null = null
  beforeEach(() => (disk = new SmallDisk(32)))
  afterEach(async () => {
    await server?.stop(true)
    server = null
    disk.remove()
  })

  it('from the start: DNS answers, the log says so, and all is written once it can be', async () => {
    disk.setReadOnly(true)
    server = await TestServer.start({
      config: `${UPSTREAMS}lists: [{ id: bad, path: bad.txt }]\n`,
      files: { 'bad.txt': 'evil.vn\n' },
      directory: disk.directory,
    })
    const { port } = server
    expect((await query('evil.vn', 'A', { port })).answers[0]?.data).toBe('0.0.0.0')
    expect((await query('here.vn', 'A', { port })).answers[0]?.data).toBe('192.0.2.7')
    const line = await server.logged(
      ({ msg }) => msg === 'the data directory cannot be locked: going on without',
    )
    expect(line['reason']).toContain('EROFS')
    await server.logged(({ msg }) => msg === 'the store cannot be written: hits wait in memory')

    disk.setReadOnly(false)
    await server.logged(({ msg }) => msg === 'the store can be written again', 30_000)
    const under = server
    await server.logged(({ msg }) => msg === 'the admin API can be reached now', 30_000)
    await eventually(async () => {
      const { body } = await under.api<{ items: { hits: number }[] }>('GET', '/api/v1/clients')
      return body.items[0]?.hits === 1
    }, 30_000)
  })
})
