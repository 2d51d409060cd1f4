/** What the styles of a workbook say of its cells (ECMA-376 part 1 §18.8): whether a line goes through their text. */
import { isOn } from './docx-styles.ts'
import type { Attributes, XmlHandler } from './xml.ts'

export class CellStyles implements XmlHandler {
  /** By font, whether it is struck out. */
  readonly #struck: boolean[] = []
  /** By format of cells, its font. */
  readonly #fonts: number[] = []
  #inFonts = false
  #inFormats = false

  open(name: string, attributes: Attributes): void {
    if (name === 'fonts') this.#inFonts = true
    else if (name === 'cellXfs') this.#inFormats = true
    else if (name === 'font' && this.#inFonts) this.#struck.push(false)
    else if (name === 'strike' && this.#inFonts) this.#struck[this.#struck.length - 1] = isOn(attributes)
    else if (name === 'xf' && this.#inFormats) this.#fonts.push(Number(attributes['fontId'] ?? 0))
  }

  close(name: string): void {
    if (name === 'fonts') this.#inFonts = false
    else if (name === 'cellXfs') this.#inFormats = false
  }

  /** `format`: what the cell says of itself; none is the first. */
  isStruck(format: string | undefined): boolean {
    return this.#struck[this.#fonts[Number(format ?? 0)] ?? -1] === true
  }
}

/** `sharedStrings.xml`: pieces in several fonts are one text, the reading aids beside them are left out. */
export class SharedStrings implements XmlHandler {
  readonly texts: string[] = []
  /** Numbers of texts of which every piece is struck out. */
  readonly struck = new Set<number>()
  #text = ''
  #isStruck = false
  #isPieceStruck = false
  #inText = false
  #inPhonetic = false

  open(name: string, attributes: Attributes): void {
    if (name === 'si') {
      this.#text = ''
      this.#isStruck = true
      this.#isPieceStruck = false
    } else if (name === 'r') this.#isPieceStruck = false
    else if (name === 'strike') this.#isPieceStruck = isOn(attributes)
    else if (name === 't') this.#inText = true
    else if (name === 'rPh') this.#inPhonetic = true
  }

  close(name: string): void {
    if (name === 'si') {
      if (this.#isStruck && this.#text !== '') this.struck.add(this.texts.length)
      this.texts.push(this.#text)
    } else if (name === 't') this.#inText = false
    else if (name === 'rPh') this.#inPhonetic = false
  }

  text(text: string): void {
    if (!this.#inText || this.#inPhonetic) return
    this.#text += text
    if (!this.#isPieceStruck && text.trim() !== '') this.#isStruck = false
  }
}
