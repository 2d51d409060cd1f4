/** The steps that change the machine itself: a user, and a bound of the kernel. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NOTICE_USER, SYSCTL, USER, type Places } from './places.ts'
import { runProgram, succeeds } from './programs.ts'
import type { Step } from './step.ts'

const RECEIVE_BOUND = '/proc/sys/net/core/rmem_max'

/** The users of the server and of the notice service, and the directory where they meet. */
export function userStep(places: Places): Step {
  return {
    title: `người dùng hệ thống · the users ${USER}, ${NOTICE_USER}`,
    pending() {
      const isThere = [USER, NOTICE_USER].every((user) => succeeds('getent', 'passwd', user))
      const making = isThere ? [] : [`systemd-sysusers ${places.sysusers}`]
      const meeting = existsSync(places.run) ? [] : [`systemd-tmpfiles --create ${places.tmpfiles}`]
      const all = [...making, ...meeting]
      return all.length === 0 ? null : all.join(', ')
    },
    apply() {
      runProgram('systemd-sysusers', places.sysusers)
      runProgram('systemd-tmpfiles', '--create', places.tmpfiles)
    },
  }
}

/** Where the kernel has no such bound (a container) there is nothing to do. */
export function receiveBufferStep(places: Places, root: string): Step {
  return {
    title: 'bộ đệm nhận · the receive buffer',
    pending: () => {
      if (!existsSync(RECEIVE_BOUND)) return null
      const wanted = Number(
        /^net\.core\.rmem_max = (\d+)$/m.exec(readFileSync(join(root, SYSCTL), 'utf8'))?.[1],
      )
      return Number(readFileSync(RECEIVE_BOUND, 'utf8')) >= wanted
        ? null
        : `/usr/lib/systemd/systemd-sysctl ${places.sysctl}`
    },
    apply: () => void runProgram('/usr/lib/systemd/systemd-sysctl', places.sysctl),
  }
}
