/** From the bytes of a file to what stands in it, whatever format it is in; files inside mails too. */
import { binaryKind, textKind, type DocumentKind } from './detect.ts'
import { readDocx } from './docx.ts'
import { readJson, type JsonFormat } from './json.ts'
import { type Budget, DocumentError, LimitError } from './limits.ts'
import type { Mail } from './mail.ts'
import type { Place } from './place.ts'
import { type Cell, type DocumentSink, UNSURE } from './sink.ts'
import { readTable } from './tables.ts'
import { decodeText } from './text-encoding.ts'
import { readText } from './text.ts'
import { readXlsx } from './xlsx.ts'
import { ZipArchive } from './zip.ts'

export type DocumentFormat = Exclude<DocumentKind, 'json'> | JsonFormat

/** Reads `bytes` and says what they were. `name`: of the file, for its ending. Throws DocumentError. */
export async function readDocument(
  bytes: Uint8Array,
  name: string,
  nowMs: number,
  budget: Budget,
  sink: DocumentSink,
): Promise<DocumentFormat> {
  return new DocumentReader(nowMs, budget).read(bytes, name, sink, 0)
}

class DocumentReader {
  readonly #nowMs: number
  readonly #budget: Budget

  constructor(nowMs: number, budget: Budget) {
    this.#nowMs = nowMs
    this.#budget = budget
  }

  async read(bytes: Uint8Array, name: string, sink: DocumentSink, depth: number): Promise<DocumentFormat> {
    const budget = this.#budget
    const { maxInputBytes } = budget.limits
    if (bytes.length > maxInputBytes)
      throw new LimitError(
        `lớn hơn ${maxInputBytes >> 20} MiB · it is larger than ${maxInputBytes >> 20} MiB`,
      )
    if (bytes.length === 0) throw new DocumentError('tệp trống · it is empty')
    const binary = binaryKind(bytes, () => new ZipArchive(bytes, budget).names)
    if (binary === 'docx' || binary === 'xlsx') {
      const embedded = (binary === 'docx' ? readDocx : readXlsx)(bytes, budget, sink)
      await this.#readParts(embedded, sink, depth)
      return binary
    }
    if (binary === 'pdf') {
      const { readPdf } = await import('./pdf.ts')
      await readPdf(bytes, budget, sink)
      return binary
    }
    return this.#readText(bytes, name, sink, depth)
  }

  async #readText(
    bytes: Uint8Array,
    name: string,
    sink: DocumentSink,
    depth: number,
  ): Promise<DocumentFormat> {
    const budget = this.#budget
    const { text, encoding } = decodeText(bytes)
    const kind = textKind(text, name)
    // Mails and pages say themselves in which encoding they are.
    if (kind === 'mail') return await this.#readMail(bytes, sink, depth)
    if (encoding === 'windows-1258')
      sink.warn('không phải UTF-8; đã đọc theo windows-1258 · it is not UTF-8; it was read as windows-1258')
    if (kind === 'html') await this.#readHtml(text, sink)
    else if (kind === 'csv') readTable(text, null, budget, sink)
    else if (kind === 'tsv') readTable(text, '\t', budget, sink)
    else if (kind === 'json') return readJson(text, this.#nowMs, budget, sink)
    else readText(text, encoding === 'utf-8' ? bytes : Buffer.from(text), budget, sink)
    return kind
  }

  async #readHtml(text: string, sink: DocumentSink): Promise<void> {
    const { readHtml } = await import('./html.ts')
    readHtml(text, this.#budget, sink)
  }

  async #readMail(bytes: Uint8Array, sink: DocumentSink, depth: number): Promise<'mail'> {
    const { linesMissingIn, readLines, readMail } = await import('./mail.ts')
    const { html, lines, attachments }: Mail = await readMail(bytes, this.#budget, sink)
    if (html !== null) {
      await this.#readHtml(html, sink)
      sink.gap()
      // Both should say the same; what only the plain text says counts too.
      const { closedText } = await import('./html.ts')
      const others = linesMissingIn(closedText(html), lines)
      if (others.length > 0) readLines(others, UNSURE, this.#budget, sink)
    }
    await this.#readParts(attachments, sink, depth)
    return 'mail'
  }

  async #readParts(parts: readonly Part[], sink: DocumentSink, depth: number): Promise<void> {
    const { maxMailDepth } = this.#budget.limits
    if (parts.length > 0 && depth > maxMailDepth) {
      throw new LimitError(
        `quá ${maxMailDepth} thư và tệp lồng nhau · more than ${maxMailDepth} mails and files stand inside each other`,
      )
    }
    for (const { name, bytes } of parts) {
      sink.gap()
      await this.#readAttachment(name, bytes, sink, depth)
    }
  }

  /** A part that cannot be read is named; the rest of the mail counts. */
  async #readAttachment(name: string, bytes: Uint8Array, sink: DocumentSink, depth: number): Promise<void> {
    const plain = name.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '').slice(0, 200)
    try {
      await this.read(bytes, name, new PartSink(sink, plain), depth + 1)
    } catch (error) {
      if (!(error instanceof DocumentError) || error instanceof LimitError) throw error
      sink.warn(partMessage(plain, error.message))
    }
  }
}

/** `message`: in both languages, or in English alone. */
function partMessage(part: string, message: string): string {
  const [first, second = first] = message.split(' · ')
  return `"${part}" bên trong không đọc được: ${first} · "${part}" in it was not read: ${second}`
}

/** A file inside the file. */
interface Part {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Adds to each place the part it stands in. */
class PartSink implements DocumentSink {
  readonly #sink: DocumentSink
  readonly #part: string
  /** The same place stays the same object: lines of one paragraph are told by it. */
  #lastPlace: Place | null = null
  #lastPlaced: Place = {}

  constructor(sink: DocumentSink, part: string) {
    this.#sink = sink
    this.#part = part
  }

  line(...[line, place, traits]: Parameters<DocumentSink['line']>): void {
    this.#sink.line(line, this.#in(place), traits)
  }

  gap(): void {
    this.#sink.gap()
  }

  row(...[table, cells, traits]: Parameters<DocumentSink['row']>): void {
    const placed = cells.map((cell): Cell => ({ ...cell, place: this.#in(cell.place) }))
    this.#sink.row(`${this.#part} ${table}`, placed, traits)
  }

  value(...[text, declared, place]: Parameters<DocumentSink['value']>): void {
    this.#sink.value(text, declared, this.#in(place))
  }

  entry(...[entry, written, place]: Parameters<DocumentSink['entry']>): void {
    this.#sink.entry(entry, written, this.#in(place))
  }

  refusedEntry(...[written, reason, place]: Parameters<DocumentSink['refusedEntry']>): void {
    this.#sink.refusedEntry(written, reason, this.#in(place))
  }

  pieces(pieces: Parameters<DocumentSink['pieces']>[0]): void {
    this.#sink.pieces(pieces.map((piece) => ({ ...piece, place: this.#in(piece.place) })))
  }

  warn(text: string): void {
    this.#sink.warn(`"${this.#part}": ${text}`)
  }

  #in(place: Place): Place {
    if (place === this.#lastPlace) return this.#lastPlaced
    this.#lastPlace = place
    const part = place.part === undefined ? this.#part : `${this.#part} > ${place.part}`
    return (this.#lastPlaced = { ...place, part })
  }
}
