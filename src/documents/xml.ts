/**
 * XML as office documents hold it, element by element. No document type is read: an entity that is not one of XML's own
 * five ends the reading, so none can grow.
 */
import { SaxesParser } from 'saxes'
import { DocumentError } from './limits.ts'

/** Attributes by local name, whatever the prefix. */
export type Attributes = Readonly<Record<string, string>>

export interface XmlHandler {
  /** `name`: without its prefix. */
  open(name: string, attributes: Attributes): void
  close(name: string): void
  text?(text: string): void
}

const CHUNK_BYTES = 1 << 16

/** Reads `bytes` (UTF-8, or UTF-16 with a mark). Throws DocumentError; `name` is for its message. */
export function readXml(bytes: Uint8Array, name: string, maxDepth: number, handler: XmlHandler): void {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false })
  const damaged = (reason: string): never => {
    throw new DocumentError(`không đọc được "${name}" bên trong · "${name}" in it cannot be read: ${reason}`)
  }
  let depth = 0
  parser.on('error', (error) => damaged(error.message.slice(0, 120)))
  parser.on('doctype', () => damaged('it declares a document type, which no office program writes'))
  parser.on('opentag', (tag) => {
    if (++depth > maxDepth) damaged(`more than ${maxDepth} elements stand inside each other`)
    handler.open(localName(tag.name), localAttributes(tag.attributes))
  })
  parser.on('closetag', (tag) => {
    depth--
    handler.close(localName(tag.name))
  })
  if (handler.text) {
    const take = (text: string): void => handler.text!(text)
    parser.on('text', take)
    parser.on('cdata', take)
  }
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const decoder = new TextDecoder(!isWide ? 'utf-8' : bytes[0] === 0xff ? 'utf-16le' : 'utf-16be')
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    parser.write(decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true }))
  }
  parser.write(decoder.decode())
  parser.close()
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}

function localAttributes(attributes: Readonly<Record<string, string>>): Attributes {
  const local: Record<string, string> = Object.create(null) as Record<string, string>
  for (const name in attributes) local[localName(name)] = attributes[name]!
  return local
}
