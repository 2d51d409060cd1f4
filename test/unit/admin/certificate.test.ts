import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCertificate } from '../../../src/admin/certificate.ts'
import { CertificateInForce } from '../../../src/admin/certificate-in-force.ts'
import { AdminListeners } from '../../../src/admin/listeners.ts'
import type { Logger } from '../../../src/log/log.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { selfSigned } from '../../support/self-signed.ts'

/** Within the life of the certificates the tests make. */
const NOW = Date.UTC(2026, 10, 21)
const AFTER_THEM = Date.UTC(2050, 0, 1)

let directory: string
let files: { certificate: string; key: string }
let said: string[]
const log = {
  info: (_: object, message: string) => void said.push(message),
  warn: (_: object, message: string) => void said.push(message),
  error: (fields: { reason?: string }, message: string) => void said.push(`${message}: ${fields.reason}`),
} as unknown as Pick<Logger, 'info' | 'warn' | 'error'>

function write(what: 'certificate' | 'key', text: string): void {
  // A length of its own: two files written within a tick of the file system's clock still differ.
  writeFileSync(files[what], `${text}${'\n'.repeat(said.length + 1)}`)
}

beforeEach(() => {
  said = []
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-tls-'))
  files = { certificate: join(directory, 'cert.pem'), key: join(directory, 'key.pem') }
  const { cert, key } = selfSigned('127.0.0.1')
  write('certificate', cert)
  write('key', key)
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('a pair is read', () => {
  it('with its end and its fingerprint', () => {
    const { expiresAt, fingerprint } = readCertificate(files, NOW)
    expect(new Date(expiresAt).toISOString()).toBe('2049-12-31T23:59:59.000Z')
    expect(fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  })

  it.each([
    [
      'no certificate file',
      () => rmSync(files.certificate),
      /admin\.tls\.certificate .*cert\.pem: there is no such file/,
    ],
    ['no key file', () => rmSync(files.key), /admin\.tls\.key .*key\.pem: there is no such file/],
    ['no PEM', () => write('certificate', 'nonsense'), /cert\.pem: it holds no PEM certificate/],
    [
      'a cut certificate',
      () => write('certificate', selfSigned('a.vn').cert.slice(0, 300)),
      /cert\.pem: it holds no PEM certificate/,
    ],
    [
      'a cut key',
      () => write('key', selfSigned('a.vn').key.slice(0, 100)),
      /key\.pem: it holds no PEM private key/,
    ],
    [
      "another certificate's key",
      () => write('key', selfSigned('a.vn').key),
      /key\.pem: it is not the key of the certificate in .*cert\.pem/,
    ],
    ['a key that is locked', () => write('key', lockedKey()), /key\.pem: it is locked with a password/],
    ['some other large file', () => write('key', 'x'.repeat((1 << 20) + 1)), /which is no key/],
  ])('%s: the error names the file and why', (_what, spoil, message) => {
    spoil()
    expect(() => readCertificate(files, NOW)).toThrow(message)
  })

  it('that has expired, or is not valid yet, is refused', () => {
    expect(() => readCertificate(files, AFTER_THEM)).toThrow(/it expired at 2049-12-31/)
    expect(() => readCertificate(files, 0)).toThrow(/it is valid from 2020-01-01.*check the clock/)
  })
})

describe('the certificate in force', () => {
  it('is the last good one, whatever becomes of the files', () => {
    const clock = new FakeClock(NOW)
    const shown: string[] = []
    const inForce = new CertificateInForce(files, clock, log, () => () => {})
    inForce.open(({ fingerprint }) => shown.push(fingerprint))
    const first = inForce.pair.fingerprint
    const look = (): void => clock.advance(4000)
    const renewed = selfSigned('127.0.0.1')
    write('certificate', renewed.cert)
    look()
    expect(inForce.pair.fingerprint).toBe(first)
    expect(inForce.faults).toEqual([
      expect.stringMatching(/is not the key of .*; the pair before is in force/),
    ])
    expect(said.at(-1)).toContain('certificate of the admin API refused: admin.tls.key')
    write('key', renewed.key)
    look()
    expect(inForce.faults).toEqual([])
    expect(shown).toEqual([first, inForce.pair.fingerprint])
    expect(first).not.toBe(inForce.pair.fingerprint)
    rmSync(files.key)
    look()
    expect(inForce.faults).toHaveLength(1)
    expect(inForce.pair.fingerprint).toBe(shown[1])
    inForce.close()
  })

  it('is told to end two weeks before it does', () => {
    const clock = new FakeClock(NOW)
    const inForce = new CertificateInForce(files, clock, log, () => () => {})
    inForce.open(() => {})
    clock.setWall(Date.UTC(2049, 11, 20))
    expect(inForce.faults).toEqual([expect.stringContaining('expires at 2049-12-31')])
    clock.setWall(AFTER_THEM)
    expect(inForce.faults).toEqual([expect.stringContaining('expired at 2049-12-31')])
    inForce.close()
  })
})

describe('the listener', () => {
  const open: AdminListeners[] = []
  afterEach(() => Promise.all(open.splice(0).map((listeners) => listeners.close(0))))

  async function listen(
    clock: FakeClock,
    address = '127.0.0.1',
    tls: typeof files | null = files,
  ): Promise<AdminListeners> {
    const admin = { listen: { address, port: 0 }, hosts: [], tokenFile: null, tls }
    const listeners = new AdminListeners(
      { admin, metrics: { listen: null }, store: { path: directory } },
      clock,
      log,
    )
    open.push(listeners)
    await listeners.open((_asked, reply) => void reply.end('over TLS'))
    return listeners
  }

  const portOf = (listeners: AdminListeners): number => Number(listeners.addresses[0]!.split(':')[1])

  function get(port: number, ca: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port, ca, agent: false }, (reply) => {
        let body = ''
        reply.on('data', (chunk: Buffer) => (body += chunk.toString()))
        reply.on('end', () => resolve(body))
      })
      asking.on('error', reject)
      asking.end()
    })
  }

  it('shows the certificate, and the next one to new connections', async () => {
    const first = selfSigned('127.0.0.1')
    write('certificate', first.cert)
    write('key', first.key)
    const clock = new FakeClock(NOW)
    const port = portOf(await listen(clock))
    expect(await get(port, first.cert)).toBe('over TLS')
    const second = selfSigned('127.0.0.1')
    write('certificate', second.cert)
    write('key', second.key)
    clock.advance(4000)
    expect(await get(port, second.cert)).toBe('over TLS')
    await expect(get(port, first.cert)).rejects.toThrow(/self-signed|certificate/)
  })

  it('takes TLS 1.2 and later alone', async () => {
    const port = portOf(await listen(new FakeClock(NOW)))
    const attempt = (maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<string> =>
      new Promise((resolve) => {
        const minVersion = maxVersion
        const socket = connect({ host: '127.0.0.1', port, minVersion, maxVersion, rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0' }) // prettier-ignore
        socket.on('secureConnect', () => resolve(`${socket.getProtocol()}`))
        socket.on('error', () => resolve('refused'))
        socket.on('secureConnect', () => socket.destroy())
      })
    expect(await attempt('TLSv1.2')).toBe('TLSv1.2')
    expect(await attempt('TLSv1.1')).toBe('refused')
  })

  it('opens when the pair can be used, and says until then which file is wrong', async () => {
    const { cert, key } = selfSigned('127.0.0.1')
    write('key', key)
    const clock = new FakeClock(NOW)
    const listeners = await listen(clock)
    expect(listeners.addresses).toEqual([])
    expect(listeners.faults).toEqual([
      expect.stringMatching(/the admin API cannot be reached at .*admin\.tls\.key .*key\.pem/),
    ])
    expect(listeners.closed).toHaveLength(1)
    expect(listeners.certificateEndMs).toBeNull()
    write('certificate', cert)
    clock.advance(10_000)
    await expect.poll(() => listeners.faults).toEqual([])
    expect(listeners.closed).toEqual([])
    expect(listeners.certificateEndMs).toBe(Date.UTC(2049, 11, 31, 23, 59, 59))
    expect(await get(portOf(listeners), cert)).toBe('over TLS')
  })

  it('beyond this machine without TLS is warned of', async () => {
    const local = await listen(new FakeClock(NOW), '127.0.0.1', null)
    expect(said).toEqual([])
    await local.close(0)
    await listen(new FakeClock(NOW), '0.0.0.0', null)
    expect(said).toEqual(['the admin API can be reached from other machines without TLS: set admin.tls'])
  })
})

function lockedKey(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey
}
