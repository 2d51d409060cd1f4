/** Where in a file a piece of text stands, so that a person finds it again. Numbers count from 1. */
export interface Place {
  /** The file inside the file: an attachment, by name; several joined by ` > `. */
  readonly part?: string
  /** Of a PDF. */
  readonly page?: number
  /** The table in the order of the document; of a PDF, on its page. */
  readonly table?: number
  readonly row?: number
  /** The column of a table, or the address of a cell in a sheet (`B7`). */
  readonly cell?: number | string
  readonly sheet?: string
  /** The line of a text, the paragraph of a document. */
  readonly line?: number
  /** JSON Pointer (RFC 6901) into a MISP event, a STIX bundle or other JSON. */
  readonly path?: string
}
