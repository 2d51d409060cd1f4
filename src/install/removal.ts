/** The steps back: everything an installation has made; what belongs to the agency only when asked to. */
import { existsSync, lstatSync, rmSync } from 'node:fs'
import { NOTICE_UNIT, NOTICE_USER, systemFiles, UNIT, USER, type Places } from './places.ts'
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
    places.noticeCache,
    places.run,
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
      const isNotice = hasNotice()
      if (!isActive && !isEnabled && !isNotice) return null
      return `systemctl disable --now ${[...(isNotice ? [NOTICE_UNIT] : []), UNIT].join(' ')}`
    },
    apply() {
      if (hasNotice()) runProgram('systemctl', 'disable', '--now', '--quiet', NOTICE_UNIT)
      runProgram('systemctl', 'disable', '--now', '--quiet', UNIT)
    },
  }
}

function hasNotice(): boolean {
  return ['is-enabled', 'is-active'].some((state) => succeeds('systemctl', state, '--quiet', NOTICE_UNIT))
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
  const there = (): string[] => [NOTICE_USER, USER].filter((user) => succeeds('getent', 'passwd', user))
  return {
    title: `người dùng hệ thống · the users ${USER}, ${NOTICE_USER}`,
    pending: () =>
      there().length === 0
        ? null
        : there()
            .map((user) => `userdel ${user}`)
            .join(', '),
    apply() {
      for (const user of there()) runProgram('userdel', user)
    },
  }
}
