/**
 * The console as an officer has it: a real server of a small agency with infected machines, accounts of people, and
 * Debian's Chromium in front of it. For tests of the console and for the pictures in docs/.
 */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { addUser, ConsoleBrowser, signIn, type Look } from './console-browser.ts'
import { eventually } from './server.ts'
import { Stage } from './stage.ts'

export { PASSWORD, settle, type Look } from './console-browser.ts'

const UNITS = [
  { id: 'so-yt', name: 'Sở Y tế', network: '127.0.21', mac: 'aa:bb:cc:00:21' },
  { id: 'so-gd', name: 'Sở Giáo dục và Đào tạo', network: '127.0.22', mac: 'aa:bb:cc:00:22' },
  { id: 'p-dongda', name: 'Phường Đống Đa', network: '127.0.23', mac: 'aa:bb:cc:00:23' },
] as const
const PEOPLE = ['Nguyễn Thị Hoa', 'Trần Văn Bình', 'Lê Thu Hằng', 'Phạm Đức Mạnh'] as const
const NAMES = ['adobe.riceaub.com', 'cdn.c2-mau.test', 'update.apt-mau.test', 'img.c2-mau.test'] as const

const machines = UNITS.flatMap((unit) =>
  PEOPLE.map((person, index) => ({
    ...unit,
    person,
    number: index + 1,
    address: `${unit.network}.${index + 1}`,
    hostName: `PC-${unit.id.toUpperCase()}-${index + 1}`,
  })),
)

const CONFIG = `
admin: { listen: "127.0.0.1:0" }
campaigns:
  - { id: "2022", title: "Chiến dịch làm sạch mã độc 2022", document: 1298/CATTT-NCSC, issuer: Cục An toàn thông tin, from: 2022-08-23, to: 2022-09-30 }
lists:
  - { id: apt32, path: apt32.txt, campaign: "2022", document: 1298/CATTT-NCSC, basis: "APT32, theo công văn 1298/CATTT-NCSC" }
  - { id: botnet, path: botnet.txt, basis: "Botnet, danh sách tuần" }
  - { id: thu-nghiem, path: thu.txt, action: log, basis: "Danh sách chạy thử" }
  - { id: duyet, approved: true, document: 2201/CATTT-NCSC }
units:
  - { id: tinh, name: "UBND tỉnh Mẫu", contact: "Trung tâm CNTT, 024 0000 0000" }
${UNITS.map(({ id, name, network }) => `  - { id: ${id}, name: "${name}", parent: tinh, networks: [${network}.0/24], contact: "${name}, phòng CNTT" }`).join('\n')}
identity:
  leases: [ { path: dnsmasq.leases, format: dnsmasq } ]
  neighbours: { enabled: false }
  register: may.csv
`
const FILES = {
  'apt32.txt': '# APT32\nadobe.riceaub.com\nupdate.apt-mau.test\n',
  'botnet.txt': '||c2-mau.test^\n192.0.2.66\n',
  'thu.txt': 'img.c2-mau.test\nthu-nghiem.test\n',
  'dnsmasq.leases': machines
    .map(({ mac, number, address, hostName }) => `4102444800 ${mac}:0${number} ${address} ${hostName} *\n`)
    .join(''),
  'may.csv': `tên máy,mac,phòng ban,vị trí,người phụ trách\n${machines
    .map(
      ({ mac, number, person, name }) =>
        `Máy ${name} ${number},${mac}:0${number},Văn phòng,P. ${100 + number},${person}\n`,
    ) // prettier-ignore
    .join('')}`,
}

export class ConsoleStage {
  readonly stage: Stage
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string
  readonly #browser: ConsoleBrowser

  private constructor(stage: Stage, origin: string, browser: ConsoleBrowser) {
    this.stage = stage
    this.origin = origin
    this.#browser = browser
  }

  /** With `config`: more of the configuration, as YAML; `files` beside it. Machines have asked, cases are open. */
  static async open(config = '', files: Readonly<Record<string, string>> = {}): Promise<ConsoleStage> {
    const stage = await Stage.open(CONFIG + config, { ...FILES, ...files })
    try {
      const ready = stage.server.lines.find(({ msg }) => msg === 'ready')!
      const [at] = ready['admin'] as [string]
      await eventually(async () => {
        const { body } = await stage.server.api<{
          identity?: { waiting: number; sources: { rows: number }[] }
        }>('GET', '/api/v1/status')
        const { sources = [], waiting = 1 } = body.identity ?? {}
        return sources.length > 1 && sources.every(({ rows }) => rows > 0) && waiting === 0
      }, 20_000)
      for (const [index, { address }] of machines.entries())
        for (const name of NAMES.slice(0, 1 + (index % NAMES.length)))
          await stage.ask(name, 'A', { from: address })
      await eventually(async () => {
        const { body } = await stage.server.api<{ items: unknown[] }>('GET', '/api/v1/clients?limit=1000')
        return body.items.length === machines.length
      }, 10_000)
      await addUser(stage.server, 'quantri', 'admin')
      const browser = await ConsoleBrowser.launch()
      return new ConsoleStage(stage, `http://${at}`, browser)
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** An account that signs in with PASSWORD. */
  addUser(name: string, role: string): Promise<void> {
    return addUser(this.stage.server, name, role)
  }

  /** A page in a window of its own, nobody signed in. Errors of the page and of its policy fail `close`. */
  page(look: Look = {}): Promise<Page> {
    return this.#browser.page(this.origin, look)
  }

  /** The same, signed in and at `path` (`/machines`), with what was asked for there. */
  async open(path: string, look: Look = {}, name = 'quantri'): Promise<Page> {
    const page = await this.page(look)
    await signIn(page, path, name)
    return page
  }

  /** Uncaught errors of pages, and what their policy forbade. */
  get faults(): string[] {
    return this.#browser.faults
  }

  async close(): Promise<void> {
    try {
      await this.#browser.close()
    } finally {
      await this.stage.close()
    }
  }
}

/** Where a picture of the documentation goes. */
export function picturePath(name: string): string {
  return join(import.meta.dirname, '../../docs/console', name)
}
