/** Text boxes and shapes that lie over a sheet (ECMA-376 part 1 §20.5, §21.1.2): their paragraphs. */
import type { Budget } from './limits.ts'
import { brokenLines, type DocumentSink, type Traits } from './sink.ts'
import type { XmlHandler } from './xml.ts'

export class DrawingReader implements XmlHandler {
  readonly #sheet: string
  readonly #traits: Traits
  readonly #budget: Budget
  readonly #sink: DocumentSink
  #text = ''
  #inText = false

  constructor(sheet: string, traits: Traits, budget: Budget, sink: DocumentSink) {
    this.#sheet = sheet
    this.#traits = traits
    this.#budget = budget
    this.#sink = sink
  }

  open(name: string): void {
    if (name === 'txBody') this.#sink.gap()
    else if (name === 'p') this.#text = ''
    else if (name === 't') this.#inText = true
    else if (name === 'br') this.#text += '\n'
  }

  close(name: string): void {
    if (name === 't') this.#inText = false
    else if (name === 'p') this.#endParagraph()
    else if (name === 'txBody') this.#sink.gap()
  }

  text(text: string): void {
    if (this.#inText) this.#text += text
  }

  #endParagraph(): void {
    this.#budget.spendRow()
    const place = { sheet: this.#sheet }
    for (const line of brokenLines(this.#text)) this.#sink.line(line, place, this.#traits)
    this.#text = ''
  }
}
