/**
 * A machine of its own for the system tests: a bare Debian with systemd as its first process (systemd-nspawn, which
 * needs no service manager outside) and systemd-resolved, on a network with one other machine, which asks it and is
 * its upstream. Needs root and, the first time, Debian's archive. Nothing of the project is on it, and no Node.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs' // prettier-ignore
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { run } from './lab.ts'

/** The machine's address, and that of the one beside it. */
export const MACHINE = '10.98.0.1'
export const MACHINE6 = 'fd98::1'
export const BESIDE = '10.98.0.9'

/** Where the project lies on it, to be read. */
export const CHECKOUT = '/srv/thanhloc'
const PROJECT = join(import.meta.dirname, '../..')

const SUITE = 'bookworm'
const PACKAGES = ['systemd', 'systemd-sysv', 'systemd-resolved', 'dbus', 'iproute2']
/** What the package depends on and a bare system has not: fetched, not installed, so that apt finds it offline. */
const TO_COME = ['libatomic1']
/** Left by an earlier run; the name tells what is in it. */
const BASE = join(tmpdir(), `thanhloc-${SUITE}-1`)
const BOOT_MS = 40_000
const DIRECTORY = 'thanhloc-machine-'

export interface Ended {
  readonly code: number | null
  /** Both streams, as they came. */
  readonly text: string
}

export class BootedMachine {
  readonly directory: string
  readonly #root: string
  readonly #server: string
  readonly #client: string
  readonly #upstream: ChildProcess
  #container: ChildProcess | null = null
  #leader = 0
  /** What the machine said on its console. */
  console = ''

  private constructor() {
    const name = `thanhloc-${process.pid}-${Math.random().toString(36).slice(2, 7)}`
    this.#server = `${name}-s`
    this.#client = `${name}-c`
    this.directory = join(tmpdir(), `${DIRECTORY}${process.pid}-${name.slice(-5)}`)
    mkdirSync(this.directory)
    // In memory: what is installed is written and removed several times over.
    run('mount', '-t', 'tmpfs', '-o', 'size=4g', 'tmpfs', this.directory)
    this.#root = join(this.directory, 'root')
    for (const made of ['upper', 'work', 'root']) mkdirSync(join(this.directory, made))
    run('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${BASE},upperdir=${this.directory}/upper,workdir=${this.directory}/work`, this.#root) // prettier-ignore
    this.#cable()
    this.#upstream = spawn(
      'ip',
      ['netns', 'exec', this.#client, process.execPath, join(import.meta.dirname, 'upstream-process.ts'), BESIDE, '53'], // prettier-ignore
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
  }

  /** A machine that has started. `files`: path on it → content, before it starts. */
  static async boot(files: Readonly<Record<string, string>> = {}): Promise<BootedMachine> {
    makeBase()
    sweep()
    const machine = new BootedMachine()
    try {
      await once(machine.#upstream.stdout!, 'data')
      // It finds names by systemd-resolved on 127.0.0.53, as Debian sets it up, which asks the machine beside.
      machine.write('/etc/systemd/resolved.conf.d/lab.conf', `[Resolve]\nDNS=${BESIDE}\nLLMNR=no\n`)
      // Not its first start, which would ask for a password and enable whatever there is.
      machine.write('/etc/machine-id', '0123456789abcdef0123456789abcdef\n')
      for (const unit of [
        'apt-daily.timer',
        'apt-daily-upgrade.timer',
        'e2scrub_all.timer',
        'console-getty.service',
      ])
        symlinkSync('/dev/null', machine.path(`/etc/systemd/system/${unit}`))
      for (const [path, content] of Object.entries(files)) machine.write(path, content)
      await machine.#start()
      return machine
    } catch (error) {
      await machine.close()
      throw error
    }
  }

  /** A path on the machine as one of this one; not below /run, which it mounts itself. */
  path(path: string): string {
    return join(this.#root, path)
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), content)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  /** Puts a file or a directory of this machine there. */
  copy(from: string, to: string): void {
    cpSync(from, this.path(to), { recursive: true, preserveTimestamps: true })
  }

  /** Runs a line of the shell there, as root. Never throws. */
  try(line: string): Ended {
    const { status, stdout } = spawnSync(
      'nsenter',
      ['--target', `${this.#leader}`, '--all', '--', '/usr/bin/env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', `cd /media; { ${line}\n} 2>&1`], // prettier-ignore
      { encoding: 'utf8', timeout: 120_000, maxBuffer: 16 << 20 },
    )
    // apt runs programs on a terminal of its own, which ends lines as terminals do.
    return { code: status, text: stdout.replaceAll('\r\n', '\n') }
  }

  /** The same; throws with what it said when its exit code is not 0. */
  do(line: string): string {
    const { code, text } = this.try(line)
    if (code !== 0) throw new Error(`${line}: exit code ${code}\n${text}`)
    return text
  }

  /** Runs a program on the machine beside it. */
  beside(program: string, ...args: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.#client, program, ...args)
  }

  /** Addresses that `server` answers the machine beside. */
  dig(name: string, server = MACHINE): string {
    return this.beside('dig', `@${server}`, '+short', '+tries=1', '+time=3', name).trim()
  }

  /** Pulls its plug, and starts it again. */
  async restart(): Promise<void> {
    await this.#stop()
    await this.#start()
  }

  /** Stops it and removes everything. Safe to call twice. */
  async close(): Promise<void> {
    await this.#stop()
    if (this.#upstream.exitCode === null && this.#upstream.signalCode === null) {
      const closed = once(this.#upstream, 'close')
      this.#upstream.kill('SIGKILL')
      await closed
    }
    for (const side of [this.#server, this.#client])
      if (existsSync(`/run/netns/${side}`)) run('ip', 'netns', 'del', side)
    removeMounted(this.directory)
  }

  #cable(): void {
    for (const side of [this.#server, this.#client]) run('ip', 'netns', 'add', side)
    run('ip', 'link', 'add', 'eth0', 'netns', this.#server, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.#client) // prettier-ignore
    const on = (side: string, ...words: string[]): string => run('ip', '-n', side, ...words)
    const addresses = { [this.#server]: [`${MACHINE}/24`, `${MACHINE6}/64`], [this.#client]: [`${BESIDE}/24`, 'fd98::9/64'] } // prettier-ignore
    for (const [side, own] of Object.entries(addresses)) {
      for (const address of own) on(side, 'addr', 'add', address, 'dev', 'eth0', 'nodad')
      for (const device of ['lo', 'eth0']) on(side, 'link', 'set', device, 'up')
    }
    on(this.#server, 'route', 'add', 'default', 'via', BESIDE)
  }

  async #stop(): Promise<void> {
    if (this.#leader !== 0) process.kill(this.#leader, 'SIGKILL')
    this.#leader = 0
    if (this.#container !== null && this.#container.exitCode === null) await once(this.#container, 'close')
    this.#container = null
  }

  async #start(): Promise<void> {
    const container = spawn(
      'systemd-nspawn',
      ['--directory', this.#root, '--machine', this.#server, '--register=no', '--keep-unit', `--network-namespace-path=/run/netns/${this.#server}`, '--resolv-conf=off', '--timezone=off', '--console=pipe', `--bind-ro=${PROJECT}:${CHECKOUT}`, '--boot'], // prettier-ignore
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#container = container
    for (const stream of [container.stdout, container.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.console += text))
    const end = Date.now() + BOOT_MS
    while (Date.now() < end && container.exitCode === null) {
      this.#leader = childOf(container.pid!)
      if (this.#leader !== 0 && /^(running|degraded)$/m.test(this.try('systemctl is-system-running').text))
        return
      await setTimeout(200)
    }
    throw new Error(`the machine does not start:\n${this.console}`)
  }
}

/** Removes what runs that are over have left. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(DIRECTORY)))
    if (!existsSync(`/proc/${name.slice(DIRECTORY.length).split('-')[0]}`))
      removeMounted(join(tmpdir(), name))
}

function removeMounted(directory: string): void {
  for (const mounted of [join(directory, 'root'), directory])
    if (spawnSync('mountpoint', ['--quiet', mounted]).status === 0) run('umount', '--lazy', mounted)
  rmSync(directory, { recursive: true, force: true })
}

/** The first process of the container: the one child of the program that starts it; 0: none yet. */
function childOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return Number(children.split(' ')[0]) || 0
}

/** Fetches and unpacks a bare Debian, once. */
function makeBase(): void {
  if (existsSync(BASE)) return
  const made = `${BASE}.${process.pid}`
  try {
    execFileSync('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, made], { stdio: 'pipe', timeout: 300_000 }) // prettier-ignore
    // Debian leads /etc/resolv.conf to a file that is there when it runs; until then it is that of this machine.
    const stub = join(made, 'run/systemd/resolve/stub-resolv.conf')
    mkdirSync(dirname(stub), { recursive: true })
    writeFileSync(stub, readFileSync('/etc/resolv.conf'))
    const apt = (...words: string[]): string => run('chroot', made, 'apt-get', '-qq', ...words)
    apt('update')
    apt('install', '--yes', '--download-only', ...TO_COME)
    renameSync(made, BASE)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    throw error
  }
}
