/** A decoded message as lines, close to what dig prints: what people who know DNS expect to see. */
import type { DecodedMessage, DecodedRecord } from './decode.ts'

/** Lines without line breaks. */
export function printMessage(message: DecodedMessage): string[] {
  const { edns } = message
  const lines = [`;; status: ${message.rcode}, id: ${message.id}, flags: ${message.flags.join(' ')}`]
  if (edns !== null) {
    lines.push(`;; EDNS: version ${edns.version}, udp ${edns.udpSize}${edns.dnssecOk ? ', do' : ''}`)
    for (const option of edns.options) lines.push(`;; ${option}`)
  }
  for (const { name, type, class: group } of message.questions)
    lines.push(`;; question: ${name} ${group} ${type}`)
  return [
    ...lines,
    ...printRecords('answer', message.answers),
    ...printRecords('authority', message.authorities),
    ...printRecords('additional', message.additionals),
  ]
}

function printRecords(section: string, records: readonly DecodedRecord[]): string[] {
  if (records.length === 0) return []
  const rows = records.map(
    ({ name, ttl, class: group, type, data }) => `${name} ${ttl} ${group} ${type} ${data}`,
  )
  return [`;; ${section}:`, ...rows]
}
