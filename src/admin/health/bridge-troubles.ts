/** A container behind its engine's bridge: who asks may not be who it looks like. */
import type { ContainerBridge } from '../../net/container-bridge.ts'
import type { Trouble } from './trouble.ts'

export function bridgeTroubles(bridge: ContainerBridge | null): Trouble[] {
  if (bridge === null) return []
  return [
    {
      part: 'identity',
      severity: 'warn',
      key: 'bridge',
      detail: {
        vi: 'chạy trong container sau bridge: mọi máy có thể hiện ra như một địa chỉ duy nhất, của gateway',
        en: "it runs in a container behind a bridge: every client can look like one address, the gateway's",
      },
      advice: {
        vi: 'dùng mạng của máy chủ: `network_mode: host` như trong docker-compose.yml',
        en: "use the host's network: `network_mode: host` as in docker-compose.yml",
      },
    },
  ]
}
