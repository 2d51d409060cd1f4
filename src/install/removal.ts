/** The steps back: everything an installation has made; what belongs to the agency only when asked to. */
import { existsSync, lstatSync, rmSync } from 'node:fs'
import { systemFiles, UNIT, USER, type Places } from './places.ts'
import { runProgram, succeeds } from './programs.ts'
import { serviceState } from './service.ts'
import type { Step } from './step.ts'

/** `isPurge`: the configuration, the lists, the data and the user go as well. */
export function removalSteps(places: Places, isPurge: boolean): Step[] {
  const installed = [
    places.command,
    ...systemFiles(places).map(([, path]) => path),
    places.program,
    places.cache,
  ]
  const agencys = [places.configDirectory, places.data]
  return [
    stopStep(places),
    pathsStep('chương trình · the program', installed),
    ...(isPurge
      ? [pathsStep('cấu hình, danh sách, dữ liệu · configuration, lists and data', agencys), userStep()]
      : []),
  ]
}

function stopStep(places: Places): Step {
  return {
    title: 'dịch vụ hệ thống · the service',
    pending() {
      const { isActive, isEnabled } = serviceState(places)
      return isActive || isEnabled ? `systemctl disable --now ${UNIT}` : null
    },
    apply: () => void runProgram('systemctl', 'disable', '--now', '--quiet', UNIT),
  }
}

function pathsStep(title: string, paths: readonly string[]): Step {
  // The command is a link, which may lead nowhere by then.
  const there = (): string[] =>
    paths.filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  return {
    title,
    pending: () => (there().length === 0 ? null : `rm -r ${there().join(' ')}`),
    apply() {
      for (const path of there()) rmSync(path, { recursive: true, force: true })
      if (existsSync('/run/systemd/system')) runProgram('systemctl', 'daemon-reload')
    },
  }
}

function userStep(): Step {
  return {
    title: `người dùng hệ thống · the user ${USER}`,
    pending: () => (succeeds('getent', 'passwd', USER) ? `userdel ${USER}` : null),
    apply: () => void runProgram('userdel', USER),
  }
}
