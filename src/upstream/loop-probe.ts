/**
 * Finds forwarding loops: an upstream that, directly or by way of others, forwards to us. Each general upstream is
 * asked a name nobody else knows; when that name comes in as a query, its upstream leads back here.
 *
 *   <token><upstream><serial>.loop-probe.thanhloc.internal
 *
 * in hexadecimal: 16 digits of this process, 8 of the upstream's name, 4 that make each probe a new name, so that no
 * cache on the way answers it.
 *
 * `.internal` is set aside for private use and, unlike `.invalid` and `.test`, not answered by the forwarders on the
 * way (RFC 6761 makes dnsmasq on OpenWrt, Unbound and ourselves answer those two at once, and the loop would not show).
 */
import type { Random } from '../random.ts'
import type { NameKey } from '../wire/name-key.ts'
import type { Upstream } from './upstream.ts'

const SUFFIX = '\x0aloop-probe\x08thanhloc\x08internal\0'
const SERIAL_LENGTH = 4
const LABEL_LENGTH = 24 + SERIAL_LENGTH
const NAME_LENGTH = 1 + LABEL_LENGTH + SUFFIX.length

/** When a general upstream is probed after the start: our listeners may open late, loops may be built later. */
const GAPS_MS = [2_000, 10_000]
const LAST_GAP_MS = 600_000
/** A probe that has not come back by then does not. */
const ANSWER_MS = 10_000

interface Watch {
  /** Wire form; the serial is that of the latest probe. */
  readonly name: Uint8Array
  serial: number
  /** How many of them looked for a loop. */
  watched: number
  nextMs: number
  sentMs: number
  seenMs: number
}

export class LoopProbe {
  readonly #token: string
  readonly #watched = new Map<Upstream, Watch>()

  /** `token`: 16 hex digits, the same in all threads of the process, for a probe may come in at another. */
  constructor(token: string) {
    this.#token = token
  }

  /** Watches these from now on; those already watched go on as they are. */
  watch(upstreams: readonly Upstream[], nowMs: number): void {
    for (const known of this.#watched.keys()) if (!upstreams.includes(known)) this.#watched.delete(known)
    for (const upstream of upstreams) {
      if (this.#watched.has(upstream)) continue
      this.#watched.set(upstream, {
        name: this.#nameOf(upstream),
        serial: 0,
        watched: 0,
        nextMs: nowMs,
        sentMs: -Infinity,
        seenMs: -Infinity,
      })
    }
  }

  /** The upstream whose probe this name is, or null. */
  find(key: NameKey): Upstream | null {
    if (key.length !== NAME_LENGTH || key.labelCount !== 4) return null
    for (const [upstream, { name }] of this.#watched) if (isSame(name, key.bytes)) return upstream
    return null
  }

  /** A probe came back. */
  cameBack(upstream: Upstream, nowMs: number): void {
    upstream.isLoop = true
    const watch = this.#watched.get(upstream)
    if (watch !== undefined) watch.seenMs = nowMs
  }

  /** Those that are to be probed now, for loops or because they are down. Frees those whose last probe stayed away. */
  due(nowMs: number, onDue: (upstream: Upstream, name: Uint8Array) => void): void {
    for (const [upstream, watch] of this.#watched) {
      const isOver = nowMs - watch.sentMs >= ANSWER_MS
      if (upstream.isLoop && isOver && watch.sentMs > watch.seenMs) upstream.isLoop = false
      const isWatched = nowMs >= watch.nextMs
      if (!upstream.takeProbe(nowMs) && !isWatched) continue
      if (isWatched) watch.nextMs = nowMs + (GAPS_MS[watch.watched++] ?? LAST_GAP_MS)
      watch.sentMs = nowMs
      writeSerial(watch.name, watch.serial++)
      onDue(upstream, watch.name)
    }
  }

  #nameOf(upstream: Upstream): Uint8Array {
    let hash = 0x811c9dc5
    for (let i = 0; i < upstream.name.length; i++)
      hash = Math.imul(hash ^ upstream.name.charCodeAt(i), 0x01000193)
    const label = this.#token + (hash >>> 0).toString(16).padStart(8, '0') + '0000'
    return Uint8Array.from(`${String.fromCharCode(LABEL_LENGTH)}${label}${SUFFIX}`, (char) =>
      char.charCodeAt(0),
    )
  }
}

/** 16 hex digits for `LoopProbe`. */
export function randomToken(random: Random): string {
  const word = (): string => random.bits32().toString(16).padStart(8, '0')
  return word() + word()
}

function writeSerial(name: Uint8Array, serial: number): void {
  const digits = (serial & 0xffff).toString(16).padStart(SERIAL_LENGTH, '0')
  const at = 1 + LABEL_LENGTH - SERIAL_LENGTH
  for (let i = 0; i < SERIAL_LENGTH; i++) name[at + i] = digits.charCodeAt(i)
}

/** Equal but for the serial: a probe may be long on its way. */
function isSame(name: Uint8Array, bytes: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name[i] !== bytes[i] && (i <= LABEL_LENGTH - SERIAL_LENGTH || i > LABEL_LENGTH)) return false
  }
  return true
}
