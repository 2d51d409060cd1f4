/** What an installation needs of the machine, and what to say where it has it not. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { arch, release } from 'node:os'
import { PROCESSORS, type Processor } from './program-files.ts'

/** Node 26 asks for it (BUILDING.md of Node: "kernel >= 4.18, glibc >= 2.28"). */
const OLDEST_KERNEL = [4, 18] as const
/** Of Debian 11: everything in the unit is known to it. */
const OLDEST_SYSTEMD = 247

export interface Machine {
  readonly platform: string
  /** By Node's name: x64. */
  readonly processor: string
  /** As uname(2) says it: 6.1.0-18-amd64. */
  readonly kernel: string
  /** Of this process; null where the system has none. */
  readonly userId: number | null
  /** The version of the systemd that runs the machine; null: something else does. */
  readonly systemd: number | null
}

/** The machine this runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    processor: arch(),
    kernel: release(),
    userId: process.getuid?.() ?? null,
    systemd: systemdVersion(),
  }
}

/** What is missing, a line each, Vietnamese first; empty: nothing. */
export function refusals(machine: Machine): string[] {
  const { platform, processor, kernel, userId, systemd } = machine
  if (platform !== 'linux')
    return [`chỉ cài được trên Linux, máy này là ${platform} · Linux only, and this is ${platform}`]
  const reasons: string[] = []
  if (!isProcessor(processor))
    reasons.push(
      `bộ xử lý ${processor} chưa được hỗ trợ, cần ${PROCESSORS.join(' hoặc ')} · no Node for processor ${processor}: it takes ${PROCESSORS.join(' or ')}`,
    )
  if (isOlder(kernel, OLDEST_KERNEL))
    reasons.push(
      `nhân Linux ${kernel} quá cũ, cần ${OLDEST_KERNEL.join('.')} trở lên · kernel ${kernel} is too old: ${OLDEST_KERNEL.join('.')} or newer`,
    )
  if (userId !== 0) reasons.push('cần quyền root: chạy lại với sudo · needs root: run it with sudo')
  if (systemd === null)
    reasons.push(
      'máy này không chạy systemd: dùng Docker (docs/containers.md), hoặc tự chạy `thanhloc serve` · systemd does not run this machine: use a container, or run `thanhloc serve` under the service manager you have',
    )
  else if (systemd < OLDEST_SYSTEMD)
    reasons.push(
      `systemd ${systemd} quá cũ, cần ${OLDEST_SYSTEMD} trở lên (Debian 11, Ubuntu 22.04) · systemd ${systemd} is too old: ${OLDEST_SYSTEMD} or newer`,
    )
  return reasons
}

export function isProcessor(name: string): name is Processor {
  return (PROCESSORS as readonly string[]).includes(name)
}

function isOlder(release: string, [major, minor]: readonly [number, number]): boolean {
  const [ours = 0, second = 0] = release.split(/[.-]/).map(Number)
  return ours < major || (ours === major && second < minor)
}

/** sd_booted(3): the directory is there when systemd is the machine's first process. */
function systemdVersion(): number | null {
  if (!existsSync('/run/systemd/system')) return null
  const said = execFileSync('systemctl', ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return Number(/^systemd (\d+)/.exec(said)?.[1] ?? 0)
}
