/** `healthcheck`, as a container engine runs it: exit code 0 while queries are answered, and one line either way. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thanhloc, type Ran } from '../support/command.ts'
import { eventually, TestServer } from '../support/server.ts'

/** A port nobody has; asked for by number, since the check learns it from the settings. Others may take it the moment after. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

const configFor = (port: number): string => `listen: ["127.0.0.1:${port}"]
upstreams: { servers: ["127.0.0.1:9"] }
access: { networks: [10.0.0.0/8] }
lists: [ { id: bad, path: bad.txt } ]
`

describe('healthcheck', () => {
  let server: TestServer
  let port: number
  const check = (): Promise<Ran> => thanhloc(['healthcheck', '--data', server.path('data')])

  beforeAll(async () => {
    for (let attempt = 0; ; attempt++) {
      port = await freePort()
      try {
        server = await TestServer.start({ config: configFor(port), files: { 'bad.txt': 'evil.vn\n' } })
        return
      } catch (error) {
        if (attempt === 3 || !/: taken by /.test(String(error))) throw error
      }
    }
  })
  afterAll(() => server.stop())

  it('is passed where queries are answered, be it with a refusal', async () => {
    const { code, stdout, stderr } = await check()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^answers on 127\\.0\\.0\\.1:${port}(; see to: .*)?\n$`))
  })

  it('names what else is wrong, and is passed all the same', async () => {
    server.write('bad.txt', '\0\0\0\0')
    await eventually(async () => (await server.api<{ degraded: { part: string }[] }>('GET', '/readyz')).body.degraded.some(({ part }) => part === 'lists')) // prettier-ignore
    const { code, stdout } = await check()
    expect(code).toBe(0)
    expect(stdout).toMatch(/; see to: (?:.*, )?lists/)
  })

  it('is failed without a server, with the reason in one line', async () => {
    await server.stop(true)
    const { code, stdout, stderr } = await check()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^thanhloc healthcheck: no server runs with the data directory .*\n$/)
  })
})
