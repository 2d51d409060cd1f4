/** A message in ArcSight's Common Event Format, version 0: what SIEMs read. English, because rules match on it. */
import { isIPv4, isIPv6 } from 'node:net'
import type { Severity } from './alert.ts'
import { cutText } from './clean-text.ts'
import type { Message } from './message.ts'

const SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 }

/** `CEF:0|…`, at most `maxOctets` of UTF-8: what does not fit is left out from the end, the text cut. */
export function cefOf(message: Message, version: string, maxOctets: number): string {
  const { kind, name, severity } = message
  const header = ['CEF:0', 'Thanh Loc', 'thanhloc', version, kind, name.en, String(SEVERITY[severity])]
  let line = `${header.map(escapeHeader).join('|')}|`
  let separator = ''
  for (const field of fieldsOf(message)) {
    const text = separator + field.map(([key, value]) => `${key}=${escapeValue(value)}`).join(' ')
    if (Buffer.byteLength(line) + Buffer.byteLength(text) > maxOctets) continue
    line += text
    separator = ' '
  }
  return line + textOf(message, separator, maxOctets - Buffer.byteLength(line))
}

/** Keys and values that stand or fall together, the most important first. */
function fieldsOf(message: Message): [string, string][][] {
  const { subject } = message
  const fields: [string, string][][] = [
    [['rt', String(message.atMs)]],
    [['externalId', message.id]],
    [['cat', message.kind]],
    [['cnt', String(message.count)]],
    [['deviceExternalId', message.server]],
  ]
  const add = (key: string, value: string | number | null): void => {
    if (value !== null) fields.push([[key, String(value)]])
  }
  const addLabelled = (key: string, label: string, value: string | number | null): void => {
    if (value !== null) fields.push([[`${key}Label`, label], [key, String(value)]]) // prettier-ignore
  }
  const { address, indicator } = subject
  if (address !== null && isIPv4(address)) add('src', address)
  else addLabelled('c6a2', 'Source IPv6 Address', address !== null && isIPv6(address) ? address : null)
  add('shost', subject.hostName)
  addLabelled('cs5', 'indicator', indicator)
  if (indicator !== null && isName(indicator)) add('dhost', indicator)
  addLabelled('cn1', 'case', subject.caseId)
  addLabelled('cn2', 'client', subject.clientId)
  addLabelled('cs1', 'campaign', subject.campaign)
  addLabelled('cs2', 'document', subject.document)
  addLabelled('cs3', 'unit', subject.unit)
  addLabelled('cs4', 'list', subject.list)
  addLabelled('cs6', 'reason', subject.reason)
  addLabelled('flexString1', 'state', message.state)
  addLabelled('flexString2', 'also', alsoText(message))
  return fields
}

/** `case-new 30, case-reinfected 7`, or null. */
function alsoText({ more }: Message): string | null {
  const counts = Object.entries(more).map(([kind, count]) => `${kind} ${count}`)
  return counts.length === 0 ? null : counts.join(', ')
}

function textOf({ sentence }: Message, separator: string, room: number): string {
  const key = `${separator}msg=`
  for (let octets = room - key.length; octets > 0;) {
    const text = escapeValue(cutText(sentence.en, octets))
    const excess = key.length + Buffer.byteLength(text) - room
    if (excess <= 0) return key + text
    octets -= excess
  }
  return ''
}

/** A bar would end the field; a line break the message. */
export function escapeHeader(text: string): string {
  return text.replace(/[\\|]/g, '\\$&').replace(/[\r\n]+/g, ' ')
}

/** An equals sign would begin the next value. */
export function escapeValue(text: string): string {
  return text.replace(/[\\=]/g, '\\$&').replace(/\r/g, '\\r').replace(/\n/g, '\\n')
}

function isName(indicator: string): boolean {
  return !indicator.includes('/') && !isIPv4(indicator) && !isIPv6(indicator)
}
