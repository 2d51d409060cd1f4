/** STIX 2.0 and 2.1 bundles: what indicators ask for, and observed objects, which nobody calls malicious. */
import type { Budget } from './limits.ts'
import type { Declared, DocumentSink } from './sink.ts'
import { readPattern } from './stix-pattern.ts'

type Json = Readonly<Record<string, unknown>>

/** Cyber-observable objects whose `value` is a name, an address or a URL. */
const OBSERVABLES = new Set(['domain-name', 'ipv4-addr', 'ipv6-addr', 'url', 'email-addr'])

/** A bundle, or what a TAXII 2.1 server answers (§3.7), which holds objects alike. */
export function isStix(value: unknown): value is Json {
  if (!isObject(value) || !Array.isArray(value['objects'])) return false
  return value['type'] === 'bundle' || (value['objects'] as unknown[]).some(isStixObject)
}

/** An object that stands by itself. */
export function isStixObject(value: unknown): value is Json {
  return isObject(value) && typeof value['type'] === 'string' && typeof value['id'] === 'string' && value['id'].startsWith(`${value['type']}--`) // prettier-ignore
}

/** `within`: the JSON Pointer of the bundle. Throws DocumentError. */
export function readStix(bundle: Json, nowMs: number, budget: Budget, sink: DocumentSink, within = ''): void {
  for (const [index, object] of (bundle['objects'] as unknown[]).entries()) {
    if (!isObject(object)) continue
    budget.spendRow()
    const path = `${within}/objects/${index}`
    if (object['type'] === 'indicator') readIndicator(object, path, nowMs, sink)
    else if (object['type'] === 'observed-data' && isObject(object['objects'])) {
      // STIX 2.0 keeps the objects inside.
      for (const [key, inner] of Object.entries(object['objects'])) {
        if (isObject(inner)) readObservable(inner, `${path}/objects/${key}`, sink)
      }
    } else readObservable(object, path, sink)
  }
}

function readIndicator(indicator: Json, path: string, nowMs: number, sink: DocumentSink): void {
  const { pattern, pattern_type: language } = indicator
  if (typeof pattern !== 'string') return
  if (language !== undefined && language !== 'stix') {
    return sink.warn(
      `${path}: mẫu viết bằng ${JSON.stringify(language).slice(0, 40)} không được đọc · ${path} is a pattern in ${JSON.stringify(language).slice(0, 40)}, which is not read`,
    )
  }
  const read = readPattern(pattern)
  if (read === null)
    return sink.warn(`không đọc được mẫu của ${path} · the pattern of ${path} cannot be read`)
  const until = typeof indicator['valid_until'] === 'string' ? Date.parse(indicator['valid_until']) : NaN
  const isWithdrawn = indicator['revoked'] === true || until < nowMs
  for (const { type, value, isConditional } of read) {
    const role = isWithdrawn ? 'withdrawn' : isHarmless(indicator) ? 'observed' : roleOf(type, isConditional)
    sink.value(value, { role, type }, { path: `${path}/pattern` })
  }
}

/** Said to be seen, and to do no harm: by its types (STIX 2.1 §10.9), by its labels (STIX 2.0). */
function isHarmless(indicator: Json): boolean {
  const { indicator_types: types = indicator['labels'] } = indicator
  return Array.isArray(types) && types.includes('benign')
}

function roleOf(type: string, isConditional: boolean): Declared['role'] {
  if (/^(?:file:hashes|email-addr:value|email-message:)/.test(type)) return 'indicator'
  if (/^(?:file|directory|process|windows-registry-key|mutex|software):/.test(type)) return 'file'
  if (type === 'network-traffic:src_ref.value') return 'origin'
  const isIndicator = /^(?:domain-name|url|ipv4-addr|ipv6-addr):value$|^network-traffic:dst_ref\.value$|^domain-name:resolves_to_refs\[\*\]\.value$/.test(type) // prettier-ignore
  if (!isIndicator) return 'context'
  return isConditional ? 'conditional' : 'indicator'
}

function readObservable(object: Json, path: string, sink: DocumentSink): void {
  const { type, value } = object
  if (typeof type !== 'string' || typeof value !== 'string' || !OBSERVABLES.has(type)) return
  sink.value(value, { role: 'observed', type: `${type}:value` }, { path })
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
