/**
 * Does what a page tells its readers to do, against a server of its own, and gives back what they would see. `dig`,
 * `curl` and the filters behind them are played by the tests' own clients: no tool has to be installed.
 */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBase32 } from '../../src/accounts/base32.ts'
import { totpCode, totpStep } from '../../src/accounts/totp.ts'
import { query, type Reply } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { call } from '../support/http-call.ts'
import { TestServer } from '../support/server.ts'
import { runWithInput } from '../unit/cli/terminal.ts'
import { root, type Step } from './markdown.ts'

/** Long enough for a changed list to be taken and a hit to be written, on a busy machine. */
const PATIENCE_MS = 8000
const PAUSE_MS = 50
/** Where the pages say the server's directory is. */
const PLACE = '/opt/thanhloc'

/** A server with the shipped configuration and lists on free ports, before an upstream that knows `names`. */
export class Replay {
  readonly #server: TestServer
  readonly #upstream: FakeUpstream
  /** What is typed where a command asks for something. */
  readonly #typed: readonly string[]
  /** Of the shell. */
  readonly #variables = new Map<string, string>()
  #cookie = ''
  /** Of the telephone with the authenticator app. */
  #phone: { readonly secret: Uint8Array; step: number } | null = null
  /** The line `ready`. */
  readonly ready: Readonly<Record<string, unknown>>

  private constructor(server: TestServer, upstream: FakeUpstream, typed: readonly string[]) {
    this.#server = server
    this.#upstream = upstream
    this.#typed = typed
    this.ready = server.lines.find(({ msg }) => msg === 'ready')!
  }

  /** `typed`: lines for commands that ask for something. */
  static async start(
    names: Readonly<Record<string, string>>,
    typed: readonly string[] = [],
  ): Promise<Replay> {
    const upstream = await FakeUpstream.start()
    for (const [name, address] of Object.entries(names)) upstream.answer(name, 'A', address)
    const read = (path: string): string => readFileSync(join(root, path), 'utf8')
    const lists = readdirSync(join(root, 'blocklists')).filter((name) => name.endsWith('.txt'))
    const server = await TestServer.start({
      config: read('config/thanhloc.yaml')
        .replaceAll('127.0.0.1:5354', '127.0.0.1:0')
        .replaceAll('127.0.0.1:8053', '127.0.0.1:0'),
      files: Object.fromEntries(lists.map((name) => [`blocklists/${name}`, read(`blocklists/${name}`)])),
      args: ['--upstream', upstream.text],
    })
    return new Replay(server, upstream, typed)
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await this.#upstream.stop()
  }

  /** What the command prints, compared without times; questions are put again until the page is right, or late. */
  async run({ command, output }: Step): Promise<{ readonly printed: string; readonly expected: string }> {
    const assigned = /^(\w+)=(?:\$\((.*)\)|\d{6})$/.exec(command)
    if (assigned !== null) {
      await this.#assign(assigned[1]!, assigned[2])
      return { printed: '', expected: normalise(output) }
    }
    const [first = [], ...filters] = pipelineOf(command, this.#variables)
    const expected = normalise(output)
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const raw = filters.reduce(pass, await this.#play(first)).replaceAll(this.#server.directory, PLACE)
      this.#note(raw)
      const printed = normalise(raw.trimEnd())
      // Where a page shows nothing, that it works is what counts.
      if (output === '') return { printed: '', expected }
      if (printed === expected || !isQuestion(first) || Date.now() > deadline) return { printed, expected }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  /** `name=$(command)`; six digits are what the telephone shows, another code each time. */
  async #assign(name: string, command: string | undefined): Promise<void> {
    if (command === undefined) {
      this.#variables.set(name, totpCode(this.#phone!.secret, this.#phone!.step++))
      return
    }
    const [first = [], ...filters] = pipelineOf(command, this.#variables)
    this.#variables.set(name, filters.reduce(pass, await this.#play(first)).trimEnd())
  }

  /** A secret that is shown is typed into the telephone. */
  #note(text: string): void {
    const secret = readBase32(/"secret": "([A-Z2-7]{32})"/.exec(text)?.[1] ?? '')
    if (secret !== null && secret.length > 0) this.#phone = { secret, step: totpStep(Date.now()) }
  }

  async #play([program, ...words]: readonly string[]): Promise<string> {
    if (program === 'dig') return this.#dig(words)
    if (program === 'curl') return this.#curl(words)
    if (program === 'bin/thanhloc') return this.#thanhloc(words)
    if (program === 'echo') return this.#append(words)
    throw new Error(`nobody here plays ${program}`)
  }

  async #dig(words: readonly string[]): Promise<string> {
    const [name = '', type = 'A'] = words.filter((word, index) => !/^[@+-]/.test(word) && words[index - 1] !== '-p') // prettier-ignore
    const reply = await query(name, type, { port: this.#server.port, ad: true, tcp: words.includes('+tcp') })
    return words.includes('+short') ? reply.answers.map(({ data }) => data).join('\n') : digText(reply)
  }

  async #curl(words: readonly string[]): Promise<string> {
    const value = (option: string): string | undefined =>
      words.includes(option) ? words[words.indexOf(option) + 1] : undefined
    const url = new URL(words.find((word) => word.startsWith('http://'))!)
    const body = value('-d')
    const method = value('-X') ?? (body === undefined ? 'GET' : 'POST')
    const path = url.pathname + url.search
    const reply = words.includes('--unix-socket')
      ? await this.#server.api(method, path, method === 'GET' ? undefined : JSON.parse(body ?? '{}'))
      : await this.#overTcp(method, path, words, body ?? null)
    const shown = value('-o') === '/dev/null' ? '' : reply.text
    return shown + (words.includes('-w') ? `${reply.status}\n` : '')
  }

  /** With the headers, and the cookie of the jar where `-b` says so; `-c` puts it there. */
  async #overTcp(
    method: string,
    path: string,
    words: readonly string[],
    body: string | null,
  ): Promise<{ status: number; text: string }> {
    const [address] = this.ready['admin'] as string[]
    const given = words.filter((_, index) => words[index - 1] === '-H').map((text) => text.split(/: (.*)/))
    const headers = Object.fromEntries(given.map(([name, text]) => [name!.toLowerCase(), text!]))
    if (words.includes('-b')) headers['cookie'] = this.#cookie
    const reply = await call(Number(address!.split(':')[1]), method, path, headers, body)
    if (words.includes('-c')) this.#cookie = String(reply.headers['set-cookie']).split(';')[0]!
    return reply
  }

  async #thanhloc([command = '', ...words]: readonly string[]): Promise<string> {
    // `check` reads the configuration, the others ask the server.
    const where = command === 'check' ? ['--config', this.#server.path('thanhloc.yaml')] : ['--data', this.#server.path('data')] // prettier-ignore
    const { exit, out, err } = await runWithInput(this.#typed, command, ...words, ...where)
    if (exit !== 0) throw new Error(`thanhloc ${command} exits with ${exit}: ${err}`)
    return out
  }

  #append(words: readonly string[]): string {
    const [text = '', arrow = '', file = ''] = words
    if (arrow !== '>>' || !file.startsWith('blocklists/')) throw new Error(`echo ${words.join(' ')}`)
    appendFileSync(this.#server.path(file), `${text}\n`)
    return ''
  }
}

/** May be put twice. */
function isQuestion([program, ...words]: readonly string[]): boolean {
  return program === 'dig' || (program === 'curl' && !words.some((word) => word === '-X' || word === '-d'))
}

function pass(text: string, [program, ...words]: readonly string[]): string {
  const lines = text.split('\n')
  if (program === 'head') return lines.slice(0, Number(words[0]!.slice(1))).join('\n')
  if (program === 'grep') return lines.filter((line) => new RegExp(words[0]!).test(line)).join('\n')
  if (program === 'python3' && words[0] === '-c') {
    const [, field] = /print\(json\.load\(sys\.stdin\)\["(\w+)"\]\)/.exec(words[1]!)!
    return `${String((JSON.parse(text) as Record<string, unknown>)[field!])}\n`
  }
  if (program === 'python3') return JSON.stringify(JSON.parse(text), null, 4)
  throw new Error(`nobody here plays ${program}`)
}

/** As `dig +noall +comments +answer` prints it. */
function digText({ rcode, flags, edns, ede, answers, authority }: Reply): string {
  const names: Record<number, string> = { 4: 'Forged Answer', 15: 'Blocked' }
  const set = Object.entries(flags).flatMap(([name, isSet]) => (isSet === true ? [name] : []))
  const errors = ede.map(({ code, text }) => `; EDE: ${code} (${names[code]!})${text === '' ? '' : `: (${text})`}`) // prettier-ignore
  return [
    ';; Got answer:',
    `;; ->>HEADER<<- opcode: QUERY, status: ${rcode}, id: 0`,
    `;; flags: ${set.join(' ')}; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: ${authority.length}, ADDITIONAL: 1`,
    '',
    ';; OPT PSEUDOSECTION:',
    `; EDNS: version: ${edns!.version}, flags:; udp: ${edns!.udpSize}`,
    ...errors,
    ';; ANSWER SECTION:',
    ...answers.map(({ name, ttl, type, data }) => `${name}.\t${ttl}\tIN\t${type}\t${data as string}`),
  ].join('\n')
}

/** Without what is another each time: times, ids, secrets, hashes, the number of the snapshot, the Node it runs on. */
function normalise(text: string): string {
  return text
    .replace(/^\ufeff|\r/g, '')
    .replace(/("(?:csrf|secret|uri)": )"[^"]*"/g, '$1"SECRET"')
    .replace(/"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}"/g, '"CODE"')
    .replace(/\b[0-9a-f]{64}\b/g, 'HASH')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d [\d:]+ [+-]\d\d:\d\d/g, 'TIME')
    .replace(/(, id: )\d+/g, '$1ID')
    .replace(/("generation":)\d+/g, '$1N')
    .replace(/^(node: v).+$/m, '$1N')
}

/** The words of each command of a pipeline, as a shell takes them: quotes keep a word together, double ones know variables. */
function pipelineOf(line: string, variables: ReadonlyMap<string, string>): string[][] {
  const commands: string[][] = [[]]
  let word: string | null = null
  for (const [piece, single, double] of line.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|[^\s'"]+|\s+/g)) {
    if (/^\s/.test(piece)) {
      if (word === '|') commands.push([])
      else if (word !== null) commands.at(-1)!.push(word)
      word = null
    } else {
      const known = double
        ?.replace(/\$(\w+)/g, (_, name: string) => variables.get(name)!)
        .replace(/\\(.)/g, '$1')
      word = (word ?? '') + (single ?? known ?? piece)
    }
  }
  if (word !== null) commands.at(-1)!.push(word)
  return commands
}
