/** The unit as systemd sees it, and its start. */
import { readlinkSync } from 'node:fs'
import { relative } from 'node:path'
import { NOTICE_UNIT, UNIT, type Places } from './places.ts'
import { runProgram, succeeds } from './programs.ts'
import { Refusal } from './refusal.ts'
import type { Step } from './step.ts'

export interface ServiceState {
  readonly isActive: boolean
  readonly isEnabled: boolean
  /** The process that runs, and the version it runs; null: none. */
  readonly pid: number | null
  readonly version: string | null
}

export function serviceState(places: Places): ServiceState {
  // Fails on a machine where the unit has never been.
  const isEnabled = succeeds('systemctl', 'is-enabled', '--quiet', UNIT)
  const pid = Number(runProgram('systemctl', 'show', '--property=MainPID', '--value', UNIT)) || null
  const isActive = succeeds('systemctl', 'is-active', '--quiet', UNIT)
  return { isActive, isEnabled, pid, version: pid === null ? null : versionOf(pid, places) }
}

/** Starts `version`, in place of the one that runs; with the machine from now on where `isToEnable`. */
export function serviceStep(places: Places, version: string, isToEnable: boolean): Step {
  return {
    title: 'dịch vụ hệ thống · the service',
    pending() {
      const state = serviceState(places)
      const isOther = state.version !== version
      const enabling = isToEnable && !state.isEnabled ? [`systemctl enable ${UNIT}`] : []
      const starting = isOther && (isToEnable || state.isActive) ? [`systemctl restart ${UNIT}`] : []
      const all = [...enabling, ...starting]
      return all.length === 0 ? null : ['systemctl daemon-reload', ...all].join(', ')
    },
    apply() {
      runProgram('systemctl', 'daemon-reload')
      if (isToEnable) runProgram('systemctl', 'enable', '--quiet', UNIT)
      restart()
    },
  }
}

/** Returns when it answers. Throws Refusal with the last lines it said. */
export function restart(): void {
  // What failed before this does not count any more.
  succeeds('systemctl', 'reset-failed', UNIT)
  if (succeeds('systemctl', 'restart', UNIT)) {
    // Where it runs; where it has never been it stays so.
    succeeds('systemctl', 'try-restart', NOTICE_UNIT)
    return
  }
  const said = runProgram('journalctl', '--unit', UNIT, '--lines', '20', '--output', 'cat', '--no-pager')
  throw new Refusal([
    'dịch vụ không khởi động được, lý do ở dưới · the service does not start; it said:',
    ...said.trim().split('\n'),
  ])
}

/** By the file its process was started from: /usr/lib/thanhloc/VERSION/node_modules/…/node. */
function versionOf(pid: number, places: Places): string | null {
  try {
    const path = readlinkSync(`/proc/${pid}/exe`)
    // The file has been replaced since: whatever its name, it is not what lies there now.
    return path.endsWith(' (deleted)') ? null : relative(places.program, path).split('/')[0]!
  } catch {
    return null
  }
}
