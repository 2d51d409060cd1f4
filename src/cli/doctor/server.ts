/** What the running server says of its own health; and whether one runs at all. */
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { StatusReport } from '../../admin/routes/status.ts'
import { callAdmin, NotRunningError } from '../admin-socket.ts'
import { CommandError } from '../command.ts'
import { findingsOf, type Finding } from './finding.ts'

export interface ServerState {
  /** Null: no server answered. */
  readonly status: StatusReport | null
  /** One runs, or may run, that this user cannot ask. */
  readonly isHidden: boolean
  /** Its process; null: none runs, or it cannot be told. */
  readonly pid: number | null
  readonly findings: readonly Finding[]
}

const WAIT_MS = 5000

export async function checkServer(directory: string): Promise<ServerState> {
  const find = findingsOf('server')
  try {
    const path = join(directory, 'admin.sock')
    const call = { method: 'GET', path: '/api/v1/status', timeoutMs: WAIT_MS } as const
    const status = (await callAdmin(path, call)) as StatusReport
    return { status, isHidden: false, pid: lockHolder(directory), findings: findingsIn(status) }
  } catch (error) {
    if (error instanceof NotRunningError)
      return {
        status: null,
        isHidden: false,
        pid: null,
        findings: [
          find(
            'unknown',
            [`không có máy chủ nào chạy với ${directory}`, `no server runs with ${directory}`],
            ['khởi động: `thanhloc serve`, hoặc `systemctl start thanhloc`', 'start it: `thanhloc serve`, or `systemctl start thanhloc`'], // prettier-ignore
          ),
        ],
      }
    if (!(error instanceof CommandError)) throw error
    return {
      status: null,
      isHidden: true,
      pid: lockHolder(directory),
      findings: [find('unknown', [`không hỏi được máy chủ: ${error.message}`, error.message])],
    }
  }
}

/** What is wrong by its own word; those that other checks look at themselves are left to them. */
function findingsIn({ health, version }: StatusReport): Finding[] {
  const troubles = health.components.flatMap(({ component, troubles }) =>
    troubles.map(({ severity, detail, advice }): Finding => ({
      check: `server ${component}`,
      verdict: severity === 'fail' ? 'fail' : 'warn',
      detail,
      advice,
    })),
  )
  if (troubles.length > 0) return troubles
  return [
    findingsOf('server')('ok', [`đang chạy tốt, bản ${version}`, `runs and is healthy, version ${version}`]),
  ]
}

/** The process whose lock lies in the data directory; the lock says `pid start`. */
function lockHolder(directory: string): number | null {
  try {
    const pid = Number(readlinkSync(join(directory, 'thanhloc.lock')).split(' ')[0])
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}
