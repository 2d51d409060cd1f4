/**
 * Can this machine go round the resolver? Asked only when an officer names outside resolvers: it sends one question for
 * the test name to each of them, by every way a client could take. To be run on a client's machine: the server itself
 * is meant to get out.
 */
import { connect, isIPv6 } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { decode } from '../../message/decode.ts'
import { encodeQuery } from '../../message/encode-query.ts'
import { typeCode } from '../../message/type-names.ts'
import type { Random } from '../../random.ts'
import { exchangeTcp, exchangeUdp } from '../exchange.ts'
import { findingsOf, type Check, type Find, type Finding } from './finding.ts'

/** The name officers test with. It has no TXT, and nothing under `.test` is anywhere else (RFC 6761 §6.2). */
const TEST_NAME = 'blocked.thanhloc.test'
/** Who says so where this resolver does: the MNAME of its SOA records. One that tampers would not know it. */
const OUR_SOA = 'thanhloc.invalid. '
const WAIT_MS = 3000

/** Ports beside 53, so that tests need no privilege. */
export interface BypassPorts {
  readonly dns: number
  readonly dot: number
  readonly doh: number
}
const PORTS: BypassPorts = { dns: 53, dot: 853, doh: 443 }

/** What became of an attempt: nothing came, it was turned away, this resolver answered, a web server, or somebody else. */
type Outcome = 'silent' | 'refused' | 'redirected' | 'web' | 'open'

export function bypassChecks(addresses: readonly string[], random: Random, ports = PORTS): Check[] {
  return addresses.flatMap((address) => {
    const check = (way: string, port: number, attempt: () => Promise<Outcome>): Check => {
      const name = `bypass ${way} ${isIPv6(address) ? `[${address}]` : address}:${port}`
      return { name, run: async () => [judge(await attempt().catch(refusal), way, findingsOf(name))] }
    }
    const query = encodeQuery({ name: TEST_NAME, qtype: typeCode('TXT')!, id: random.below(0x10000) })
    const dns = { address, port: ports.dns }
    return [
      check('UDP', ports.dns, async () => answered(await exchangeUdp(dns, query, WAIT_MS))),
      check('TCP', ports.dns, async () => answered(await exchangeTcp(dns, query, WAIT_MS))),
      check('DoT', ports.dot, () => opens(address, ports.dot)),
      check('DoH', ports.doh, () => askDoh(address, ports.doh, query)),
    ]
  })
}

function judge(outcome: Outcome, way: string, find: Find): Finding {
  if (outcome === 'silent') return find('ok', ['bị chặn: không có trả lời', 'blocked: nothing comes back'])
  if (outcome === 'refused') return find('ok', ['bị chặn: bị từ chối', 'blocked: turned away'])
  if (outcome === 'web')
    return find('ok', ['có trả lời, nhưng không phải DNS', 'something answers, but no DNS'])
  if (outcome === 'redirected')
    return find('ok', ['được tường lửa đưa về Thanh Lọc', 'brought to Thanh Lọc by the firewall'])
  return find(
    'fail',
    ['đi vòng được: máy này hỏi thẳng ra ngoài', 'open: this machine can ask outside'],
    way === 'DoH'
      ? [
          'chặn địa chỉ này cổng TCP và UDP 443 trên tường lửa (danh sách máy chủ DoH)',
          'close TCP and UDP port 443 to this address in the firewall (a list of DoH servers)',
        ]
      : [
          'trên tường lửa chỉ cho máy chạy Thanh Lọc ra cổng 53 và 853 (config/network/)',
          'let nobody but the resolver out to ports 53 and 853 in the firewall (config/network/)',
        ],
  )
}

function answered(reply: Uint8Array | null): Outcome {
  if (reply === null) return 'silent'
  const isOurs = decode(reply).authorities.some(
    ({ type, data }) => type === 'SOA' && data.startsWith(OUR_SOA),
  )
  return isOurs ? 'redirected' : 'open'
}

function refusal(error: unknown): Outcome {
  const { code } = error as NodeJS.ErrnoException
  // TLS was spoken, if not our kind: whoever it is was reached.
  if (code?.startsWith('ERR_SSL_') === true) return 'open'
  // A firewall turns away in one of these ways; what never answers at all ran into the time.
  const isRefused = ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM'].includes(
    code ?? '',
  )
  return isRefused ? 'refused' : 'silent'
}

/** Whether a connection can be made. */
function opens(address: string, port: number): Promise<Outcome> {
  return new Promise((settle, fail) => {
    const socket = connect(port, address)
    socket.setTimeout(WAIT_MS, () => {
      socket.destroy()
      settle('silent')
    })
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.destroy()
      settle('open')
    })
  })
}

/** RFC 8484: a query in the body of a POST. Open only where DNS comes back: 443 alone is open to every web site. */
function askDoh(address: string, port: number, query: Uint8Array): Promise<Outcome> {
  return new Promise((settle, fail) => {
    // Who it is does not matter, only whether it can be reached.
    const socket = connectTls({ host: address, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    const end = (outcome: Outcome): void => {
      socket.destroy()
      settle(outcome)
    }
    socket.setTimeout(WAIT_MS, () => end('silent'))
    socket.once('error', fail)
    socket.once('close', () => settle('silent'))
    socket.once('secureConnect', () => {
      const host = isIPv6(address) ? `[${address}]` : address
      socket.write(
        `POST /dns-query HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/dns-message\r\nAccept: application/dns-message\r\nContent-Length: ${query.length}\r\nConnection: close\r\n\r\n`,
      )
      socket.write(query)
    })
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (/application\/dns-message/i.test(text)) end('open')
      // A web server that knows nothing of DNS.
      else if (text.includes('\r\n\r\n')) end('web')
    })
  })
}
