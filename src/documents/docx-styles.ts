/** What the styles of a Word document say of text (ECMA-376 part 1 §17.7): whether it is hidden, struck out, or raised like the mark of a footnote. */
import type { Attributes, XmlHandler } from './xml.ts'

export interface TextStyle {
  readonly isHidden: boolean
  readonly isStruck: boolean
  readonly isRaised: boolean
}

interface Named {
  basedOn: string | null
  isHidden: boolean | null
  isStruck: boolean | null
  isRaised: boolean | null
}

export const PLAIN_STYLE: TextStyle = { isHidden: false, isStruck: false, isRaised: false }
/** Styles based on each other; more are a ring. */
const MAX_DEPTH = 20
/** One line through the text, or two (ECMA-376 part 1 §17.3.2.37, §17.3.2.9). */
export const STRIKES: ReadonlySet<string> = new Set(['strike', 'dstrike'])

export class WordStyles implements XmlHandler {
  readonly #named = new Map<string, Named>()
  #open: Named | null = null

  open(name: string, attributes: Attributes): void {
    if (name === 'style') {
      this.#open = { basedOn: null, isHidden: null, isStruck: null, isRaised: null }
      this.#named.set(attributes['styleId'] ?? '', this.#open)
    } else if (this.#open === null) return
    else if (name === 'basedOn') this.#open.basedOn = attributes['val'] ?? null
    else if (name === 'vanish') this.#open.isHidden = isOn(attributes)
    else if (STRIKES.has(name)) this.#open.isStruck = isOn(attributes)
    else if (name === 'vertAlign' || name === 'position') this.#open.isRaised = raises(name, attributes)
  }

  close(name: string): void {
    if (name === 'style') this.#open = null
  }

  /** What style `id`, with those it is based on, says. */
  of(id: string | undefined): TextStyle {
    let isHidden: boolean | null = null
    let isStruck: boolean | null = null
    let isRaised: boolean | null = null
    let style = this.#named.get(id ?? '')
    for (let depth = 0; style !== undefined && depth < MAX_DEPTH; depth++) {
      isHidden ??= style.isHidden
      isStruck ??= style.isStruck
      isRaised ??= style.isRaised
      style = style.basedOn === null ? undefined : this.#named.get(style.basedOn)
    }
    return { isHidden: isHidden === true, isStruck: isStruck === true, isRaised: isRaised === true }
  }
}

/** ECMA-376 part 1 §17.17.4: a property without a value is on. */
export function isOn({ val }: Attributes): boolean {
  return val === undefined || !['0', 'false', 'off'].includes(val)
}

/** The two properties that raise or lower text (§17.3.2.42, §17.3.2.24). */
export function raises(name: string, { val }: Attributes): boolean {
  return name === 'vertAlign' ? val !== 'baseline' : Number(val ?? 0) !== 0
}
