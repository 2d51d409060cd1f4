/**
 * The sinkhole of docs/notice.md on a machine of its own: a client in another network namespace looks for a listed name,
 * goes where it is led, on every port there is, and the store knows what came.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from '../support/axe.ts'
import { ConsoleBrowser } from '../support/console-browser.ts'
import { CLIENT, Lab, SERVER, SERVER6 } from '../support/lab.ts'
import { NETWORK_FILES } from '../support/network-lab.ts'
import { NoticeProcess } from '../support/notice-process.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'
const SINKHOLE6 = 'fd00:10::10'
const RULES = join(NETWORK_FILES, 'sinkhole.nft')
const OFFICER = 'Chị Lan, 0236 3 123 456'

interface StoredContact {
  readonly address: string
  readonly local: string
  readonly port: number
  readonly protocol: string
  readonly host: string | null
  readonly isBrowserLike: boolean
}

let lab: Lab
let server: TestServer
let notice: NoticeProcess

/** `protocol host local port` of each contact of the client, sorted. */
async function stored(): Promise<string[]> {
  const { body } = await server.api<{ items: StoredContact[] }>('GET', '/api/v1/contacts?reveal=true&limit=100') // prettier-ignore
  return body.items.map(({ protocol, host, local, port }) => `${protocol} ${host} ${local} ${port}`)
}

beforeAll(async () => {
  lab = await Lab.open()
  lab.inside('ip', 'addr', 'add', `${SINKHOLE}/32`, 'dev', 'lo')
  lab.inside('ip', 'addr', 'add', `${SINKHOLE6}/128`, 'dev', 'lo')
  lab.client('ip', 'route', 'add', SINKHOLE, 'via', SERVER)
  lab.client('ip', '-6', 'route', 'add', SINKHOLE6, 'via', SERVER6)
  const socket = join(lab.directory, 'notice.sock')
  server = await lab.start(
    `sinkhole: { ipv4: ${SINKHOLE}, ipv6: "${SINKHOLE6}" }
lists: [ { id: apt32, path: apt32.txt } ]
units: [ { id: so-yte, name: Sở Y tế, networks: [10.99.0.0/24], contact: "${OFFICER}" } ]
notice:
  http: ["${SINKHOLE}:80", "[${SINKHOLE6}]:80"]
  tls: ["${SINKHOLE}:443"]
  tcp: ["${SINKHOLE}:4444"]
  tproxy: 127.0.0.1:8082
  socket: ${socket}
`,
    { 'apt32.txt': 'evil.vn\n' },
  )
  notice = await NoticeProcess.start(socket, 5, ['ip', 'netns', 'exec', lab.serverSide])
})
afterAll(async () => {
  await notice.stop()
  await lab.close()
})

const curl = (...words: readonly string[]): string => lab.client('curl', '-s', '--max-time', '10', ...words)
/** What openssl says when it is refused. */
const refused = (port: number): string => lab.client('sh', '-c', `openssl s_client -connect evil.vn:${port} -servername evil.vn </dev/null 2>&1 || true`) // prettier-ignore
const knock = (port: number): string => lab.client('timeout', '10', 'bash', '-c', `exec 3<>/dev/tcp/evil.vn/${port}; head -c 600 /dev/zero >&3; cat <&3`) // prettier-ignore

describe('a machine that looks for a listed name', () => {
  it('is led to the sinkhole and gets the page there, by IPv4 and IPv6', () => {
    for (const family of ['-4', '-6']) {
      const page = curl(family, '-i', 'http://www.evil.vn/gate.php')
      expect(page).toMatch(/^HTTP\/1\.1 403 Forbidden/)
      expect(page).toContain('www.evil.vn')
    }
    expect(curl('-4', 'http://evil.vn/')).toContain(OFFICER)
  })

  it('is refused over TLS for a reason that programs show', () => {
    expect(refused(443)).toContain('unrecognized name')
    expect(() => curl('-4', 'https://evil.vn/')).toThrow()
  })

  it('is heard on a port that is named, and not on others', () => {
    expect(knock(4444)).toBe('')
    expect(() => knock(31_337)).toThrow('Connection refused')
  })

  it('stands in the store with all of it', async () => {
    await eventually(async () => (await stored()).length >= 5)
    expect(new Set(await stored())).toEqual(
      new Set([
        `http www.evil.vn ${SINKHOLE} 80`,
        `http www.evil.vn ${SINKHOLE6} 80`,
        `http evil.vn ${SINKHOLE} 80`,
        `tls evil.vn ${SINKHOLE} 443`,
        `tcp null ${SINKHOLE} 4444`,
      ]),
    )
    const { body } = await server.api<{ items: StoredContact[] }>('GET', '/api/v1/contacts?reveal=true')
    expect(body.items.map(({ address }) => address)).toContain(CLIENT)
  })
})

describe('a person with a browser', () => {
  let browser: ConsoleBrowser
  const ORIGIN = 'http://news.evil.vn'

  beforeAll(async () => {
    browser = await ConsoleBrowser.launch({ namespace: lab.clientSide, directory: lab.directory })
  })
  afterAll(() => browser.close())

  it.each([
    ['on a screen', {}],
    ['in the dark', { theme: 'dark' }],
    ['on a phone', { width: 360, height: 740 }],
    // What is left of 1024 pixels at twice the size.
    ['at 200 %', { width: 512, height: 384 }],
  ] as const)('reads the page %s', async (_, look) => {
    const page = await browser.page(ORIGIN, look)
    await page.goto('/')
    expect(await page.textContent('h1')).toContain('đã bị chặn')
    expect(await page.textContent('dl')).toContain(OFFICER)
    await page.click('summary')
    expect(await page.inputValue('#name')).toBe('news.evil.vn')
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await seriousFindings(page)).toEqual([])
  })

  it('sees what is known of the machine, and can say that the page is blocked wrongly', async () => {
    const page = await browser.page(ORIGIN)
    await page.goto('/tin-tuc?id=1')
    await page.click('summary')
    await page.fill('#text', 'Cần để làm báo cáo')
    await page.click('button')
    expect(await page.textContent('main')).toContain('Đã nhận báo chặn nhầm')
    await page.goto('/')
    await page.click('a.do')
    expect(await page.textContent('main')).toContain('Máy này đã tìm đến')
    expect(await seriousFindings(page)).toEqual([])
  })

  it('over https is told by the browser, in its own words, what it was', async () => {
    const before = [...browser.faults]
    const page = await browser.page(ORIGIN)
    await expect(page.goto('https://news.evil.vn/')).rejects.toThrow('ERR_SSL_UNRECOGNIZED_NAME_ALERT')
    // The language of the console cannot be set on the browser's own page of errors.
    await page.close()
    browser.faults.splice(0, Infinity, ...before)
  })

  it('looks like one, over HTTP and TLS', async () => {
    const found = await eventually(async () => {
      const { body } = await server.api<{ items: StoredContact[] }>('GET', '/api/v1/contacts?reveal=true&limit=100') // prettier-ignore
      const own = body.items.filter(({ host }) => host === 'news.evil.vn')
      return own.some(({ protocol }) => protocol === 'tls') && own
    })
    expect(found.filter(({ isBrowserLike }) => !isBrowserLike)).toEqual([])
  })
})

describe('with the rules of sinkhole.nft', () => {
  beforeAll(() => {
    expect(readFileSync(RULES, 'utf8')).toContain(`define SINKHOLE = ${SINKHOLE}\n`)
    // The second time, as at another start of the network, it changes nothing.
    for (const _ of [1, 2]) lab.inside('nft', '-f', RULES)
  })

  it('every port is heard, and whatever is spoken there understood', async () => {
    expect(knock(31_337)).toBe('')
    expect(curl('http://evil.vn:8000/x')).toContain(OFFICER)
    expect(refused(8443)).toContain('unrecognized name')
    await eventually(async () => (await stored()).some((contact) => contact.endsWith('8443')))
    expect(await stored()).toEqual(
      expect.arrayContaining([
        `tcp null ${SINKHOLE} 31337`,
        `http evil.vn ${SINKHOLE} 8000`,
        `tls evil.vn ${SINKHOLE} 8443`,
      ]),
    )
  })

  it('the named ports are heard as before, and DNS is left alone', () => {
    expect(curl('-4', 'http://evil.vn/')).toContain(OFFICER)
    expect(lab.client('dig', '+tcp', '+short', '+tries=1', 'evil.vn', 'A').trim()).toBe(SINKHOLE)
  })
})

describe('the rights of the unit', () => {
  const withRights = (rights: string): string[] => [
    'ip',
    'netns',
    'exec',
    lab.serverSide,
    'setpriv',
    `--bounding-set=-all,${rights}`,
    `--inh-caps=-all`,
  ]

  it('do for ports that are named; for all the others it says which right it is', async () => {
    await notice.stop()
    notice = await NoticeProcess.start(join(lab.directory, 'notice.sock'), 4, withRights('+net_bind_service'))
    expect(notice.log).toContain('TPROXY needs the right CAP_NET_RAW')
    expect(curl('-6', 'http://evil.vn/')).toContain('evil.vn')
  })

  it('do for every port with that one besides', async () => {
    await notice.stop()
    notice = await NoticeProcess.start(
      join(lab.directory, 'notice.sock'),
      5,
      withRights('+net_bind_service,+net_raw'),
    )
    expect(knock(31_338)).toBe('')
    expect(notice.log).not.toContain('"level":"warn"')
  })
})
