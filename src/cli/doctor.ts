/** `doctor`: looks at everything around the server that keeps it from doing its work, before it runs and while it does. */
import { systemClock } from '../clock.ts'
import { parseAddress } from '../config/address.ts'
import { withHostUpstreams } from '../config/host-upstreams.ts'
import type { Settings } from '../config/settings.ts'
import { isLoopback } from '../net/address.ts'
import { containerBridge } from '../net/container-bridge.ts'
import { SecureRandom } from '../random.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command } from './command.ts'
import { checkBuffers } from './doctor/buffers.ts'
import { bypassChecks } from './doctor/bypass.ts'
import { checkClock } from './doctor/clock.ts'
import { checkDatabases } from './doctor/databases.ts'
import { checkDisk } from './doctor/disk.ts'
import { findingsOf, runChecks, worstOf, type Check, type Finding, type Verdict } from './doctor/finding.ts'
import { checkBridge, checkHostDns } from './doctor/host-dns.ts'
import { checkLists } from './doctor/lists.ts'
import { checkPorts } from './doctor/ports.ts'
import { checkSecrets } from './doctor/secrets.ts'
import { checkServer } from './doctor/server.ts'
import { checkUpstreams } from './doctor/upstreams.ts'
import { painter, type Color, type Paint } from './screen.ts'
import { ConfigurationError, readSettings, SETTINGS_OPTIONS } from './settings-options.ts'
import { linesIn, readTongue, TONGUE_OPTION, type Tongue } from './tongue.ts'

/** No check takes longer; all are done at once. */
const CHECK_MS = 15_000
const DATABASE_MS = 12_000
const MAX_BYPASS = 16

const MARKS: Readonly<Record<Verdict, { readonly mark: string; readonly color: Color }>> = {
  ok: { mark: '✓', color: 'green' },
  unknown: { mark: '?', color: 'dim' },
  warn: { mark: '!', color: 'yellow' },
  fail: { mark: '✗', color: 'red' },
}

export const command: Command = {
  usage: 'doctor [--config FILE] [--json] [--lang vi|en] | doctor --bypass ADDR…',
  description: `Looks at what keeps the server from doing its work, whether it runs or not: configuration, port 53 and who has it, clock, disk,
lost queries, upstreams (are they reached, do they change answers, DNSSEC), lists, databases, who can read secrets, resolv.conf.
✓ good, ! needs a look, ✗ wrong, ? could not be looked at. Nothing is changed, and nobody but the configured upstreams is asked.
With --bypass, on the machine of a client: can it go round the resolver? One question for the test name is sent to each
ADDR that is named, by UDP and TCP 53, DNS over TLS (853) and over HTTPS (443); nothing else is looked at.
Exit code 0: nothing is wrong. 1: something needs a look. 2: something is wrong.`,
  options: {
    bypass: { value: 'ADDR', repeat: true, help: 'outside resolver that clients must not reach' },
    json: { value: null, help: 'print JSON' },
    ...TONGUE_OPTION,
    ...SETTINGS_OPTIONS,
  },
  positionals: { least: 0, most: MAX_BYPASS },

  async run(args, terminal) {
    const tongue = readTongue(args)
    const outside = readOutside(args)
    const checks = outside.length > 0 ? bypassChecks(outside, new SecureRandom()) : null
    const findings = checks === null ? await examine(args) : await runChecks(checks, CHECK_MS)
    const verdict = worstOf(findings)
    if (args.flag('json')) terminal.print(JSON.stringify({ verdict, items: findings }, null, 2))
    else
      terminal.print(
        findings.flatMap((finding) => describe(finding, tongue, painter(terminal.screen))).join('\n'),
      )
    return verdict === 'fail' ? Exit.Invalid : verdict === 'warn' ? Exit.Failed : Exit.Ok
  },
}

const HIDDEN = findingsOf('port')('unknown', [
  'người dùng này không xem được máy chủ: chạy lại bằng sudo',
  'this user may not look at the server: run it again with sudo',
])

/** Everything but what goes round us. A configuration that cannot be read leaves what needs none. */
async function examine(args: Arguments): Promise<Finding[]> {
  const find = findingsOf('config')
  let configured: Settings
  try {
    configured = await readSettings(args)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const [first = '', ...rest] = error.errors
    const more = rest.length === 0 ? '' : ` (+${rest.length})`
    const wrong = find(
      'fail',
      [`${first}${more}`, `${first}${more}`],
      [
        'sửa dòng được nêu; `thanhloc check` in ra tất cả',
        'mend that line; `thanhloc check` prints all of them',
      ],
    )
    return [wrong, ...(await runChecks(hostChecks([]), CHECK_MS))]
  }
  const { settings, warnings } = withHostUpstreams(configured)
  const fine = find('ok', [settings.file ?? '', settings.file ?? ''])
  return [fine, ...(await runChecks(checksOf(settings, warnings), CHECK_MS))]
}

function checksOf(settings: Settings, warnings: readonly string[]): Check[] {
  const { path } = settings.store
  const server = checkServer(path)
  const upstreams = checkUpstreams(settings, new SecureRandom())
  // Whoever waits for it hears of it.
  upstreams.catch(() => {})
  return [
    { name: 'server', run: async () => (await server).findings },
    {
      name: 'port',
      run: async () => {
        const { isHidden, pid } = await server
        const endpoints = [...settings.listen, ...settings.bypass.listen]
        // Whatever has the port may well be the server itself.
        if (isHidden && pid === null) return [HIDDEN]
        return checkPorts(endpoints, pid)
      },
    },
    { name: 'upstreams', run: async () => (await upstreams).findings },
    {
      name: 'clock',
      run: async () => {
        const nodes = (await server).status?.nodes ?? []
        const { signed } = await upstreams
        return checkClock({ nowMs: systemClock.wallMs(), signed, directory: path, nodes })
      },
    },
    { name: 'disk', run: () => checkDisk(path) },
    { name: 'databases', run: () => checkDatabases(path, DATABASE_MS) },
    { name: 'lists', run: () => checkLists(settings, systemClock.wallMs()) },
    { name: 'secrets', run: () => checkSecrets(settings) },
    {
      name: 'socket-buffers',
      run: async () => checkBuffers((await server).status?.traffic.receiveDrops ?? null),
    },
    {
      name: 'container',
      run: () =>
        settings.listen.every(({ address }) => isLoopback(address)) ? [] : checkBridge(containerBridge()),
    },
    ...hostChecks(warnings),
  ]
}

function hostChecks(warnings: readonly string[]): Check[] {
  return [{ name: 'resolv.conf', run: () => checkHostDns(warnings) }]
}

/** Addresses after `--bypass`, one or many. Throws UsageError. */
function readOutside(args: Arguments): string[] {
  const given = args.texts('bypass')
  if (given === null) {
    if (args.words.length > 0) throw new UsageError(`"${args.words[0]}" is one word too many`)
    return []
  }
  return [...given, ...args.words].map((text) => {
    const parsed = parseAddress(text)
    if ('problem' in parsed) throw new UsageError(`--bypass ${text} ${parsed.problem}`)
    return parsed.value
  })
}

function describe({ check, verdict, detail, advice }: Finding, tongue: Tongue, paint: Paint): string[] {
  const { mark, color } = MARKS[verdict]
  const lines = linesIn(tongue, detail).map((line, index) =>
    index === 0 ? `${paint(color, mark)} ${check}: ${line}` : `    ${line}`,
  )
  if (advice === null) return lines
  return [...lines, ...linesIn(tongue, advice).map((line, index) => `${index === 0 ? '  →' : '   '} ${line}`)]
}
