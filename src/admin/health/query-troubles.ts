/** What is wrong with the answers of the last minute. */
import type { Trouble } from './trouble.ts'
import type { Recent } from './traffic-window.ts'

/** Fewer say nothing: somebody asked for a broken name. */
const LEAST_FAILED = 100
const FAILED_SHARE = 0.2

export function queryTroubles({ queries, failed, receiveDrops }: Recent): Trouble[] {
  const troubles: Trouble[] = []
  if (failed >= LEAST_FAILED && failed > queries * FAILED_SHARE) {
    const percent = Math.round((failed / Math.max(failed, queries)) * 100)
    troubles.push({
      part: 'queries',
      severity: 'fail',
      key: 'failed',
      detail: {
        vi: `${percent} % truy vấn trong một phút qua không có câu trả lời (SERVFAIL)`,
        en: `${percent} % of the queries of the last minute failed (SERVFAIL)`,
      },
      advice: {
        vi: 'thường do máy chủ DNS cấp trên: `thanhloc doctor` hỏi thử từng máy chủ',
        en: 'the upstreams as a rule: `thanhloc doctor` asks each of them',
      },
    })
  }
  if (receiveDrops > 0)
    troubles.push({
      part: 'queries',
      severity: 'warn',
      key: 'dropped',
      detail: {
        vi: `hệ điều hành bỏ mất ${receiveDrops} truy vấn trong một phút qua vì bộ đệm đầy`,
        en: `the kernel dropped ${receiveDrops} queries within the last minute, for want of buffer`,
      },
      advice: {
        vi: '`sysctl -w net.core.rmem_max=4194304` rồi khởi động lại dịch vụ; `thanhloc top` cho thấy ai hỏi nhiều',
        en: '`sysctl -w net.core.rmem_max=4194304`, then restart the service; `thanhloc top` shows who asks much',
      },
    })
  return troubles
}
