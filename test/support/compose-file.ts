/** docker-compose.yml, and what its services come to on a command line of Podman: the same words, so nothing is left out. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { root } from './command.ts'

export interface Service {
  readonly image: string
  readonly build?: string | { readonly context: string; readonly target?: string }
  readonly user?: string
  readonly network_mode: string
  readonly restart: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly volumes: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly mem_limit: string
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly profiles?: readonly string[]
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

/** The file of the project; `<<` is merged in, as Compose does. */
export function readCompose(): ComposeFile {
  return parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as ComposeFile
}

/**
 * Options of `podman run`, then image and command. `directory`: that of the compose file; `network`: what stands for the
 * network of the host.
 */
export function runArguments(service: Service, image: string, directory: string, network: string): string[] {
  const each = (option: string, values: readonly string[] = []): string[] => values.map((value) => `--${option}=${value}`) // prettier-ignore
  // Named volumes keep their names; what begins with a dot is beside the file.
  const volumes = service.volumes.map((volume) => volume.replace(/^\.[^:]*/, (path) => resolve(directory, path))) // prettier-ignore
  return [
    `--network=${service.network_mode === 'host' ? network : service.network_mode}`,
    ...(service.user === undefined ? [] : [`--user=${service.user}`]),
    `--read-only=${service.read_only}`,
    // Docker mounts no temporary directories by itself.
    '--read-only-tmpfs=false',
    `--memory=${service.mem_limit}`,
    ...each('cap-drop', service.cap_drop),
    ...each('cap-add', service.cap_add),
    ...each(
      'security-opt',
      service.security_opt?.map((option) => option.replace(/:true$/, '')),
    ),
    ...each('volume', volumes),
    ...each('tmpfs', service.tmpfs),
    image,
    ...(service.command ?? []),
  ]
}
