/** MISP events (MISP core format): attributes, in objects too, with what `to_ids` says of them. */
import { type Budget, DocumentError } from './limits.ts'
import type { Declared, DocumentSink } from './sink.ts'

type Json = Readonly<Record<string, unknown>>

interface Found {
  readonly attribute: Json
  readonly path: string
  readonly standing: Standing
}

/** Deleted with the object it belongs to; only proposed to the event's owner by somebody else. */
type Standing = 'own' | 'deleted' | 'proposed'

const INDICATORS = /^(?:domain|hostname|url|uri|ip-dst|domain\|ip|ip-dst\|port|hostname\|port)$/
const ORIGINS = /^ip-src(?:\|port)?$/
const REFERENCES = /^(?:link|github-\w+|twitter-id|jabber-id)$/
const HASHES = /^(?:md5|sha1|sha224|sha256|sha384|sha512|sha512\/\d+|imphash|pehash|ssdeep|tlsh|authentihash|impfuzzy|vhash|cdhash|telfhash)$/ // prettier-ignore
const ADDRESSES = /^(?:email.*|target-email|whois-registrant-email)$/
const FILES = /^(?:filename.*|regkey.*|mutex|named pipe|pdb|process-state|windows-.*|malware-sample)$/

export function isMisp(value: unknown): boolean {
  return isWarningList(value) || eventsOf(value).length > 0
}

/** A list of what is known to be good, by which MISP warns of false positives. */
function isWarningList(value: unknown): boolean {
  return isObject(value) && Array.isArray(value['list']) && Array.isArray(value['matching_attributes'])
}

/** Throws DocumentError. */
export function readMisp(value: unknown, budget: Budget, sink: DocumentSink): void {
  if (isWarningList(value)) {
    throw new DocumentError('đây là danh sách cảnh báo của MISP, gồm những thứ đã biết là lành: không có gì để chặn · it is a warning list of MISP: it names what is known to be good, so nothing of it is for blocking') // prettier-ignore
  }
  for (const { event, path } of eventsOf(value)) {
    const found = [...attributesOf(event, path)]
    const isMarking = found.some(({ attribute }) => isOn(attribute['to_ids']))
    for (const each of found) {
      budget.spendRow()
      readAttribute(each, isMarking, sink)
    }
  }
}

function readAttribute({ attribute, path, standing }: Found, isMarking: boolean, sink: DocumentSink): void {
  const { type, value } = attribute
  if (typeof type !== 'string' || typeof value !== 'string') return
  const own = standing === 'deleted' ? 'withdrawn' : roleOf(attribute, type, isMarking)
  const role = standing === 'proposed' && (own === 'indicator' || own === 'marks-nothing') ? 'observed' : own
  // `filename|sha1`, `domain|ip`; the port of `ip-dst|port` belongs to the address.
  if (type.endsWith('|port')) return sink.value(value.replace('|', ':'), { role, type }, { path })
  const types = type.split('|')
  const values = types.length === 1 ? [value] : value.split('|')
  for (const [index, each] of values.entries()) {
    const ownType = types[index] ?? type
    const isHash = index > 0 && HASHES.test(ownType)
    sink.value(each, { role: isHash ? 'indicator' : role, type: ownType }, { path })
  }
}

function roleOf(attribute: Json, type: string, isMarking: boolean): Declared['role'] {
  if (isOn(attribute['deleted'])) return 'withdrawn'
  if (REFERENCES.test(type)) return 'reference'
  if (HASHES.test(type) || ADDRESSES.test(type)) return 'indicator'
  if (FILES.test(type)) return 'file'
  if (ORIGINS.test(type)) return 'origin'
  if (!INDICATORS.test(type)) return 'context'
  if (isOn(attribute['to_ids'])) return 'indicator'
  return isMarking ? 'unmarked' : 'marks-nothing'
}

function* attributesOf(event: Json, path: string): Generator<Found> {
  yield* withProposed(event, path, 'own')
  for (const { attribute: object, path: place } of listOf(event['Object'], `${path}/Object`, 'own')) {
    yield* withProposed(object, place, isOn(object['deleted']) ? 'deleted' : 'own')
  }
}

/** The attributes of an event or an object, and what others proposed to add or to change, which nobody has taken over yet. */
function* withProposed(owner: Json, path: string, standing: Standing): Generator<Found> {
  for (const found of listOf(owner['Attribute'], `${path}/Attribute`, standing)) {
    yield found
    yield* listOf(found.attribute['ShadowAttribute'], `${found.path}/ShadowAttribute`, 'proposed')
  }
  yield* listOf(owner['ShadowAttribute'], `${path}/ShadowAttribute`, 'proposed')
}

function* listOf(value: unknown, path: string, standing: Standing): Generator<Found> {
  if (!Array.isArray(value)) return
  for (const [index, each] of value.entries())
    if (isObject(each)) yield { attribute: each, path: `${path}/${index}`, standing }
}

/** Older servers and exports write flags as numbers and words. */
function isOn(flag: unknown): boolean {
  return flag === true || flag === 1 || flag === '1' || flag === 'true'
}

interface Event {
  readonly event: Json
  readonly path: string
}

/** `{Event}`, `{response: [{Event}]}`, `[{Event}]`, an event by itself, and attributes without one, as a search gives them. */
function eventsOf(value: unknown, path = ''): Event[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => (isObject(each) ? eventAt(each, `${path}/${index}`) : [])) // prettier-ignore
  if (!isObject(value)) return []
  if (path === '' && value['response'] !== undefined) return eventsOf(value['response'], '/response')
  return eventAt(value, path)
}

function eventAt(value: Json, path: string): Event[] {
  const { Event: event } = value
  if (isObject(event)) return [{ event, path: `${path}/Event` }]
  const isEvent = typeof value['uuid'] === 'string' && (Array.isArray(value['Attribute']) || Array.isArray(value['Object'])) // prettier-ignore
  return isEvent || isSearch(value['Attribute']) ? [{ event: value, path }] : []
}

function isSearch(attributes: unknown): boolean {
  const [first] = Array.isArray(attributes) ? (attributes as unknown[]) : []
  return isObject(first) && typeof first['type'] === 'string' && typeof first['value'] === 'string'
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
