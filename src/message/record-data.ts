/** RDATA in presentation form, from what dns2 decoded. */
import type { Resource } from './dns2.ts'
import { typeName } from './type-names.ts'

/** The data of a record as a zone file has it. */
export function recordData(record: Resource): string {
  switch (typeName(record.type)) {
    case 'A':
    case 'AAAA':
      return record.address ?? ''
    case 'NS':
      return `${record.ns}.`
    case 'CNAME':
    case 'PTR':
      return `${record.domain}.`
    case 'MX':
      return `${record.priority} ${record.exchange}.`
    case 'TXT':
    case 'SPF':
      return (record.data as readonly string[]).map(quoteText).join(' ')
    case 'SOA':
      return `${record.primary}. ${record.admin}. ${record.serial} ${record.refresh} ${record.retry} ${record.expiration} ${record.minimum}`
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`
    case 'CAA':
      return `${record.flags} ${record.tag} ${quoteText(record.value ?? '')}`
    case 'DNSKEY':
      return `${record.flags} ${record.protocol} ${record.algorithm} ${record.key}`
    case 'RRSIG':
      return `${typeName(record.sigType ?? 0)} ${record.algorithm} ${record.labels} ${record.originalTtl} ${record.expiration} ${record.inception} ${record.keyTag} ${record.signer}. ${record.signature}`
    default:
      return unknownData(record.data)
  }
}

/** In quotes, with what could move a cursor or end the quotes escaped. */
export function quoteText(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&')
  const plain = escaped.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
  return `"${plain}"`
}

/** RFC 3597 §5. */
function unknownData(data: Resource['data']): string {
  if (!Buffer.isBuffer(data)) return '\\# 0'
  return data.length === 0 ? '\\# 0' : `\\# ${data.length} ${data.toString('hex')}`
}
