/** Names in the configuration: any spelling a person may write, one spelling out (lower-case A-labels, no final dot). */
import { domainToASCII } from 'node:url'

/** The name in lower-case A-labels, or what is wrong with it as the end of a sentence. The root is refused. */
export function parseDomain(text: string): { readonly value: string } | { readonly problem: string } {
  // The full stops of UTS 46: an input method for Vietnamese or Chinese may produce them.
  const labels = text
    .trim()
    .normalize('NFC')
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/\.$/, '')
    .split('.')
  const ascii: string[] = []
  for (const label of labels) {
    if (label === '')
      return { problem: text.trim() === '.' ? 'is the root: name a domain' : 'has an empty label' }
    if (label === '*')
      return { problem: 'has a wildcard: write the name alone, what is under it is said elsewhere' }
    // Label by label, and only where needed: domainToASCII takes `10.0.1` for an IPv4 address and refuses `_`.
    const encoded = isAscii(label) ? label.toLowerCase() : domainToASCII(label)
    if (encoded.includes('.') || !/^[a-z0-9_/-]+$/.test(encoded)) {
      return { problem: `has the label "${label}", which no host name can hold` }
    }
    if (encoded.length > 63) return { problem: `has a label of ${encoded.length} octets, and 63 is the most` }
    ascii.push(encoded)
  }
  const name = ascii.join('.')
  // RFC 1035 §2.3.4: 255 octets on the wire, that is 253 characters.
  if (name.length > 253) return { problem: `has ${name.length} characters, and 253 is the most` }
  return { value: name }
}

/** Whether `name` is `parent` or stands under it; both in one spelling. */
export function isWithin(name: string, parent: string): boolean {
  return name === parent || name.endsWith(`.${parent}`)
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false
  return true
}
