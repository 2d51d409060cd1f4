/** Runs an image by runc alone, with just the rights that are named: what Docker hands to runc, which Podman does not. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerEngine } from './container-engine.ts'
import { run, type Lab } from './lab.ts'

export interface BundleOptions {
  readonly image: string
  readonly user: number
  readonly environment: readonly string[]
  readonly args: readonly string[]
  /** What the process may get, all in all. It begins with none: so does Docker start a user other than root. */
  readonly bounding: readonly string[]
  /** no-new-privileges. */
  readonly isSealed?: boolean
  /** The text to wait for. */
  readonly until: string
}

const PATIENCE_MS = 20_000

/** What it said on both streams until that text or its end; it is ended then. On the server's side of `lab`. */
export async function runBundle(engine: ContainerEngine, lab: Lab, options: BundleOptions): Promise<string> {
  const bundle = mkdtempSync(join(engine.directory, 'bundle-'))
  const rootfs = engine.podman('image', 'mount', options.image).trim()
  const data = join(bundle, 'data')
  mkdirSync(data)
  run('chown', `${options.user}:${options.user}`, data)
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification(options, lab, rootfs, data)))
  const name = `thanhloc-${process.pid}`
  const child = spawn('runc', [ '--root', join(bundle, 'state'), 'run', '--bundle', bundle, name], { stdio: ['ignore', 'pipe', 'pipe'] }) // prettier-ignore
  let said = ''
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const reached = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing of it within ${PATIENCE_MS} ms:\n${said}`)), PATIENCE_MS) // prettier-ignore
    const hear = (text: string): void => {
      said += text
      if (said.includes(options.until)) resolve()
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    void ended.then(resolve)
    void ended.then(() => clearTimeout(timer))
  })
  try {
    await reached
    return said
  } finally {
    // runc passes it on to the program.
    child.kill('SIGTERM')
    await ended
    engine.podman('image', 'unmount', options.image)
    rmSync(bundle, { recursive: true, force: true })
  }
}

/** config.json of a bundle (OCI runtime specification 1.0): Docker's way of namespaces and mounts, on the host's network. */
function specification(options: BundleOptions, lab: Lab, rootfs: string, data: string): object {
  const mount = (destination: string, type: string, ...more: readonly string[]): object => ({
    destination,
    type,
    source: type,
    options: ['nosuid', 'noexec', 'nodev', ...more],
  })
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: options.user, gid: options.user },
      args: options.args,
      env: options.environment,
      cwd: '/opt/thanhloc',
      capabilities: { bounding: options.bounding },
      noNewPrivileges: options.isSealed === true,
    },
    root: { path: rootfs, readonly: true },
    mounts: [
      mount('/proc', 'proc'),
      { ...mount('/dev', 'tmpfs', 'mode=755'), options: ['nosuid', 'mode=755'] },
      mount('/tmp', 'tmpfs', 'mode=1777'),
      { destination: '/opt/thanhloc/data', type: 'bind', source: data, options: ['bind', 'rw'] },
    ],
    linux: {
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
        { type: 'network', path: `/run/netns/${lab.serverSide}` },
      ],
    },
  }
}
