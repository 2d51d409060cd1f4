/**
 * Do the configured upstreams answer, and truly? Each is asked for a name that cannot be (RFC 6761 §6.4: NXDOMAIN and
 * nothing else), for the root over UDP and TCP, and for the zones that are forwarded to it. Nobody else is asked.
 */
import { formatEndpoint } from '../../config/address.ts'
import type { Endpoint, Settings } from '../../config/settings.ts'
import { decode, type DecodedMessage } from '../../message/decode.ts'
import { encodeQuery } from '../../message/encode-query.ts'
import { typeCode } from '../../message/type-names.ts'
import type { Random } from '../../random.ts'
import { exchangeTcp, exchangeUdp } from '../exchange.ts'
import { findingsOf, type Find, type Finding } from './finding.ts'

/** Between which moments the signatures of an answer are good, milliseconds since 1970. */
export interface SignedSpan {
  readonly fromMs: number
  readonly untilMs: number
}

export interface UpstreamFindings {
  readonly findings: readonly Finding[]
  /** What answers were signed with: true however wrong the clock of this machine is. */
  readonly signed: readonly SignedSpan[]
}

const ATTEMPT_MS = 1500
const ATTEMPTS = 2
const NAME_LETTERS = 20

/** One finding an upstream; all are asked at once. */
export async function checkUpstreams(
  { upstreams, forward }: Pick<Settings, 'upstreams' | 'forward'>,
  random: Random,
): Promise<UpstreamFindings> {
  const general = upstreams.servers.map((server) => checkGeneral(server, random))
  const zones = forward.flatMap(({ servers, zones: [zone] }) =>
    servers.map((server) => checkZone(server, zone!, random)),
  )
  const asked = await Promise.all([...general, ...zones])
  const none = findingsOf('upstreams')(
    'fail',
    ['không có máy chủ DNS cấp trên nào', 'there is no upstream'],
    ['khai `upstreams.servers` trong cấu hình', 'name some under `upstreams.servers`'],
  )
  return {
    findings: [...(general.length === 0 ? [none] : []), ...asked.map(({ finding }) => finding)],
    signed: asked.flatMap(({ signed }) => signed),
  }
}

interface Asked {
  readonly finding: Finding
  readonly signed: readonly SignedSpan[]
}

async function checkGeneral(server: Endpoint, random: Random): Promise<Asked> {
  const find = findingsOf(`upstream ${formatEndpoint(server)}`)
  try {
    const name = `${letters(random)}.invalid`
    const wrong = await ask(server, { name, type: 'A' }, random)
    const lie = judgeInvalid(wrong, name, find)
    if (lie !== null) return { finding: lie, signed: [] }
    const root = await ask(server, { name: '.', type: 'SOA' }, random)
    const signed = signedSpans(root)
    const isValidated = root.flags.includes('ad')
    const tcp = await overTcp(server, random)
    if (tcp !== null)
      return {
        finding: find(
          'warn',
          [`trả lời qua UDP, nhưng không qua TCP: ${tcp}`, `answers over UDP, but not over TCP: ${tcp}`],
          ['mở cổng TCP 53 trên tường lửa tới máy chủ này', 'open TCP port 53 to it in the firewall'],
        ),
        signed,
      }
    const keepsCase = wrong.questions[0]?.name === `${name}.`
    const vi = [
      'trả lời đúng qua UDP và TCP',
      isValidated ? 'có xác thực DNSSEC' : signed.length > 0 ? 'chuyển chữ ký DNSSEC' : 'không có DNSSEC',
      ...(keepsCase ? [] : ['không giữ chữ hoa, thường (0x20)']),
    ]
    const en = [
      'answers truly over UDP and TCP',
      isValidated ? 'validates DNSSEC' : signed.length > 0 ? 'passes DNSSEC signatures' : 'no DNSSEC',
      ...(keepsCase ? [] : ['does not keep the case of names (0x20)']),
    ]
    return { finding: find('ok', [vi.join(', '), en.join(', ')]), signed }
  } catch (error) {
    return { finding: unreachable(error, find), signed: [] }
  }
}

async function checkZone(server: Endpoint, zone: string, random: Random): Promise<Asked> {
  const find = findingsOf(`forward ${zone} → ${formatEndpoint(server)}`)
  try {
    const { rcode } = await ask(server, { name: zone, type: 'SOA' }, random)
    if (rcode === 'NOERROR')
      return { finding: find('ok', ['trả lời cho vùng này', 'answers for the zone']), signed: [] }
    const finding = find(
      'fail',
      [`trả lời ${rcode} cho vùng này`, `answers ${rcode} for the zone`],
      [
        'kiểm tra tên vùng và địa chỉ máy chủ trong `forward`',
        'check the zone and the address under `forward`',
      ],
    )
    return { finding, signed: [] }
  } catch (error) {
    return { finding: unreachable(error, find), signed: [] }
  }
}

/** What is wrong with the answer for a name that cannot be; null: nothing. */
function judgeInvalid({ rcode, answers }: DecodedMessage, name: string, find: Find): Finding | null {
  if (rcode === 'NXDOMAIN') return null
  const address = answers.find(({ type }) => type === 'A' || type === 'AAAA')?.data
  if (rcode === 'NOERROR' && address !== undefined)
    return find(
      'fail',
      [
        `sửa câu trả lời: tên không tồn tại (${name}) lại có địa chỉ ${address}`,
        `tampers: a name that does not exist (${name}) gets the address ${address}`,
      ],
      [
        'đổi máy chủ DNS cấp trên, hoặc yêu cầu nhà mạng tắt việc chuyển hướng NXDOMAIN',
        'use another upstream, or have the provider switch off its redirection of NXDOMAIN',
      ],
    )
  return find(
    'fail',
    [`trả lời ${rcode} cho câu hỏi thử`, `answers ${rcode} to the test question`],
    rcode === 'REFUSED'
      ? [
          'máy chủ đó không phục vụ địa chỉ của máy này: xin mở quyền hỏi',
          'it does not serve this machine: ask its operator to',
        ]
      : ['hỏi người quản lý máy chủ đó', 'ask its operator'],
  )
}

function unreachable(error: unknown, find: Find): Finding {
  return find('fail', whyNot(error as NodeJS.ErrnoException), [
    'kiểm tra địa chỉ, đường truyền và tường lửa (UDP và TCP cổng 53 từ máy này ra)',
    'check the address, the line and the firewall (UDP and TCP port 53 from this machine)',
  ])
}

const SILENT = 'no answer'

function whyNot({ code, message }: NodeJS.ErrnoException): readonly [string, string] {
  if (code === 'ECONNREFUSED') return ['không có chương trình DNS nào ở địa chỉ này', 'nobody listens there']
  if (message === SILENT) return ['không trả lời', SILENT]
  return [`không hỏi được: ${message}`, `cannot be asked: ${message}`]
}

/** Throws where no answer comes, or one that cannot be read. */
async function ask(
  server: Endpoint,
  { name, type }: { readonly name: string; readonly type: string },
  random: Random,
): Promise<DecodedMessage> {
  const query = encodeQuery({ name, qtype: typeCode(type)!, id: random.below(0x10000), dnssecOk: true })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reply = await exchangeUdp(server, query, ATTEMPT_MS)
    if (reply === null) continue
    const message = decode(reply)
    return message.flags.includes('tc') ? decode(await exchangeTcp(server, query, ATTEMPT_MS)) : message
  }
  throw new Error(SILENT)
}

/** Why it does not answer over TCP, or null. */
async function overTcp(server: Endpoint, random: Random): Promise<string | null> {
  const query = encodeQuery({ name: '.', qtype: typeCode('SOA')!, id: random.below(0x10000) })
  try {
    decode(await exchangeTcp(server, query, ATTEMPT_MS))
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message
  }
}

function signedSpans({ answers }: DecodedMessage): SignedSpan[] {
  return answers.flatMap(({ type, data }) => {
    if (type !== 'RRSIG') return []
    const [, , , , expiration = '', inception = ''] = data.split(' ')
    const fromMs = signatureTime(inception)
    const untilMs = signatureTime(expiration)
    return Number.isNaN(fromMs + untilMs) ? [] : [{ fromMs, untilMs }]
  })
}

/** RFC 4034 §3.2: `YYYYMMDDHHmmSS` in UTC, or seconds since 1970. */
export function signatureTime(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (parts === null) return /^\d{1,10}$/.test(text) ? Number(text) * 1000 : NaN
  const [, year, month, day, hour, minute, second] = parts
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/** Letters in mixed case, that no name there is begins with. */
function letters(random: Random): string {
  const all = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  return Array.from({ length: NAME_LETTERS }, () => all[random.below(all.length)]).join('')
}
