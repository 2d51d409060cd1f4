/** MISP events (MISP core format): attributes, in objects too, with what `to_ids` says of them. */
import type { Budget } from './limits.ts'
import type { Declared, DocumentSink } from './sink.ts'

type Json = Readonly<Record<string, unknown>>

interface Found {
  readonly attribute: Json
  readonly path: string
}

const INDICATORS = /^(?:domain|hostname|url|uri|ip-dst|domain\|ip|ip-dst\|port|hostname\|port)$/
const ORIGINS = /^ip-src(?:\|port)?$/
const REFERENCES = /^(?:link|github-\w+|twitter-id|jabber-id)$/
const HASHES = /^(?:md5|sha1|sha224|sha256|sha384|sha512|sha512\/\d+|imphash|pehash|ssdeep|tlsh|authentihash|impfuzzy|vhash|cdhash|telfhash)$/ // prettier-ignore
const ADDRESSES = /^(?:email.*|target-email|whois-registrant-email)$/
const FILES = /^(?:filename.*|regkey.*|mutex|named pipe|pdb|process-state|windows-.*|malware-sample)$/

export function isMisp(value: unknown): boolean {
  return eventsOf(value).length > 0
}

/** Throws DocumentError. */
export function readMisp(value: unknown, budget: Budget, sink: DocumentSink): void {
  for (const { event, path } of eventsOf(value)) {
    const found = [...attributesOf(event, path)]
    const isMarking = found.some(({ attribute }) => attribute['to_ids'] === true)
    for (const { attribute, path } of found) {
      budget.spendRow()
      readAttribute(attribute, isMarking, path, sink)
    }
  }
}

function readAttribute(attribute: Json, isMarking: boolean, path: string, sink: DocumentSink): void {
  const { type, value } = attribute
  if (typeof type !== 'string' || typeof value !== 'string') return
  const role = roleOf(attribute, type, isMarking)
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
  if (attribute['deleted'] === true) return 'withdrawn'
  if (REFERENCES.test(type)) return 'reference'
  if (HASHES.test(type) || ADDRESSES.test(type)) return 'indicator'
  if (FILES.test(type)) return 'file'
  if (ORIGINS.test(type)) return 'origin'
  if (!INDICATORS.test(type)) return 'context'
  if (attribute['to_ids'] === true) return 'indicator'
  return isMarking ? 'unmarked' : 'marks-nothing'
}

function* attributesOf(event: Json, path: string): Generator<Found> {
  yield* listOf(event['Attribute'], `${path}/Attribute`)
  for (const { attribute: object, path: place } of listOf(event['Object'], `${path}/Object`)) {
    yield* listOf(object['Attribute'], `${place}/Attribute`)
  }
}

function* listOf(value: unknown, path: string): Generator<Found> {
  if (!Array.isArray(value)) return
  for (const [index, each] of value.entries())
    if (isObject(each)) yield { attribute: each, path: `${path}/${index}` }
}

interface Event {
  readonly event: Json
  readonly path: string
}

/** `{Event}`, `{response: [{Event}]}`, `[{Event}]`, and an event by itself. */
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
  return isEvent ? [{ event: value, path }] : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
