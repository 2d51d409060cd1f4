/** The state of the server in one line, for the service manager: what `systemctl status` shows. */
import type { Health } from './health/ledger.ts'
import type { AdminSources } from './sources.ts'
import { readTraffic } from './traffic.ts'

type SummarySources = Pick<AdminSources, 'board' | 'counters'> & {
  readonly health: { look(): Promise<Pick<Health, 'components'>> }
}

/** Resolves within about a second. */
export async function serviceSummary({ board, counters, health }: SummarySources): Promise<string> {
  const { components } = await health.look()
  const { queries, answers } = readTraffic(counters)
  const names = board.lists.value?.names ?? null
  const wrong = components.filter(({ troubles }) => troubles.length > 0)
  const parts = [
    names === null ? 'names listed: unknown' : `${names} names listed`,
    `${queries.udp + queries.tcp} queries, ${answers.blocked} blocked`,
    wrong.length === 0
      ? 'no trouble'
      : `degraded: ${wrong.map(({ component, detail }) => `${component} (${detail.en})`).join(', ')}`,
  ]
  return parts.join('; ')
}
