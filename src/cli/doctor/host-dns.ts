/** How this machine itself resolves names, and whether it stands behind the bridge of a container engine. */
import { existsSync, readFileSync } from 'node:fs'
import { bridgeTroubles } from '../../admin/health/bridge-troubles.ts'
import { parseResolvConf } from '../../config/resolv-conf.ts'
import type { ContainerBridge } from '../../net/container-bridge.ts'
import { findingsOf, type Finding } from './finding.ts'

const RESOLVED_STUB = '127.0.0.53'

export interface HostFiles {
  readonly resolvConf: string
  /** What systemd-resolved really asks. */
  readonly resolvedConf: string
}

export const HOST_FILES: HostFiles = {
  resolvConf: '/etc/resolv.conf',
  resolvedConf: '/run/systemd/resolve/resolv.conf',
}

/** `warnings`: what was said when the upstreams were taken from resolv.conf, none where the settings name them. */
export function checkHostDns(warnings: readonly string[], files: HostFiles = HOST_FILES): Finding[] {
  const find = findingsOf('resolv.conf')
  const findings = warnings.map((warning) =>
    find(
      'warn',
      [`lấy DNS cấp trên từ đây: ${warning}`, warning],
      [
        'khai `upstreams.servers` trong cấu hình thì không phụ thuộc tệp này',
        'name them under `upstreams.servers` instead',
      ],
    ),
  )
  if (findings.length > 0) return findings
  let text: string
  try {
    text = readFileSync(files.resolvConf, 'utf8')
  } catch (error) {
    const { message } = error as Error
    return [find('warn', [`không đọc được: ${message}`, `cannot be read: ${message}`])]
  }
  const servers = parseResolvConf(text).servers.map(({ address }) => address)
  const via = servers.includes(RESOLVED_STUB) && existsSync(files.resolvedConf) ? ' (systemd-resolved)' : ''
  if (servers.length === 0)
    return [
      find('warn', [
        'máy này không khai máy chủ DNS nào cho chính nó',
        'this machine names no DNS server for itself',
      ]),
    ]
  return [
    find('ok', [`máy này hỏi ${servers.join(', ')}${via}`, `this machine asks ${servers.join(', ')}${via}`]),
  ]
}

/** Nothing where clients come as they are. */
export function checkBridge(bridge: ContainerBridge | null): Finding[] {
  return bridgeTroubles(bridge).map(({ detail, advice }) => ({
    check: 'container',
    verdict: 'warn',
    detail,
    advice,
  }))
}
