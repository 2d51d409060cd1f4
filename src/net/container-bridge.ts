/**
 * Whether the server runs in a container behind its engine's bridge. There the engine passes packets on, and where it
 * does so by its own proxy (clients on the host, IPv6 without NAT, rootless engines, Docker Desktop) or rewrites their
 * sender, every client looks like the gateway of the bridge. Told from what the container sees: the mark the engine
 * leaves, and no network device in use but ends of virtual cables (veth). A host's network has another one, if only the
 * bridge itself; macvlan and ipvlan, which keep the clients' addresses, are others too.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Docker's mark, and Podman's. */
const MARKS: readonly string[] = ['/.dockerenv', '/run/.containerenv']
const PATIENCE_MS = 2000

export interface ContainerBridge {
  /** The address clients can look like; null: there is no default route. */
  readonly gateway: string | null
}

/** What is looked at. */
export interface ContainerView {
  exists(path: string): boolean
  /** What `ip -json …` (iproute2) prints. Throws where there is no such command. */
  ip(...words: readonly string[]): string
}

const HERE: ContainerView = {
  exists: existsSync,
  ip: (...words) => execFileSync('ip', ['-json', ...words], { encoding: 'utf8', timeout: PATIENCE_MS, stdio: ['ignore', 'pipe', 'ignore'] }), // prettier-ignore
}

/** Null: not in a container, with a network that shows who asks, or it cannot be told. */
export function containerBridge(view: ContainerView = HERE): ContainerBridge | null {
  if (!MARKS.some((mark) => view.exists(mark))) return null
  try {
    const kinds = kindsOf(view.ip('-details', 'link', 'show', 'up'))
    if (kinds.length === 0 || kinds.some((kind) => kind !== 'veth')) return null
    const [route] = JSON.parse(view.ip('route', 'show', 'default')) as { readonly gateway?: string }[]
    return { gateway: route?.gateway ?? null }
  } catch {
    // No `ip`, or none that writes JSON: then nothing is claimed.
    return null
  }
}

/** For the log at the start. */
export function bridgeWarnings(bridge: ContainerBridge | null): string[] {
  if (bridge === null) return []
  return [
    `in a container behind a bridge: every client can look like its gateway${bridge.gateway === null ? '' : ` ${bridge.gateway}`}, and hits then say nothing of the machine; use network_mode: host (docs/containers.md)`,
  ]
}

/** Of each device but loopback: `veth`, `bridge`, `macvlan`; null: hardware. */
function kindsOf(links: string): (string | null)[] {
  const devices = JSON.parse(links) as { readonly link_type?: string; readonly linkinfo?: { readonly info_kind?: string } }[] // prettier-ignore
  return (
    devices
      // Those that are down come as empty objects.
      .filter(({ link_type }) => link_type !== undefined && link_type !== 'loopback')
      .map(({ linkinfo }) => linkinfo?.info_kind ?? null)
  )
}
