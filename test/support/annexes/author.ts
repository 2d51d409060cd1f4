/**
 * Whoever wrote the annex: invents indicators, writes them as people do, and knows which ones they are. Shares no code with
 * the importer.
 */
import { domainToASCII } from 'node:url'
import { seededRandom } from '../seeded-random.ts'

/** What an importer has to make of an indicator. */
export interface Expected {
  /** It stands where nothing else can be meant, unbroken, and DNS can enforce it: it has to be proposed. */
  mustAccept: boolean
  /** It may be proposed; otherwise a person has to decide. */
  readonly mayAccept: boolean
}

interface Manner {
  readonly breaks: number
  readonly isSure: boolean
}

/** Text as it is typed: `\n` is a line break in the middle of it. */
export type Written = string

const SYLLABLES = 'ngan hang vcb bidv dich vu cong thue hoa don cap nhat bao mat update secure login mail adobe flash office win cdn api news bao tin tuc viet nam sao mai xanh do tra cuu phat nguoi qua tang kiem tra service host sync data cloud soft tech online portal support verify account'.split(' ') // prettier-ignore
const TOPS = 'com net org info vn com.vn net.vn edu.vn xyz top site online cc ru cn io co me ws pw biz us club icu shop live sh py zip in to'.split(' ') // prettier-ignore
const VIETNAMESE = ['điệnlực', 'ngânhàng', 'thuếđiệntử', 'bảohiểm', 'dịchvụcông', 'tracứu', 'nhậnquà', 'cốccốc', 'viễnthông', 'xổsố', 'đườngsắt', 'nghiệpvụ'] // prettier-ignore
const DOTS = ['[.]', '[.]', '[.]', '(.)', '{.}', '[dot]', '(dot)', ' [.] ', '[.', '.]', ' dot ', '[ . ]']
/** A printed page keeps no letter that its font has not. */
const WIDE_DOTS = ['．', '。']
const INVISIBLE = ['\u200b', '\u00ad', '\u200e', '\u200f', '\u2060', '\ufeff']
const PATHS = ['/gate.php', '/a/b/index.html', '/wp-content/plugins/x.js?id=7', '/update/', '/1298/CATTT', '/documents/20182/setup.msi'] // prettier-ignore
const MAY_BE_FILE = /^[^.]+\.(?:zip|sh|py|cc)$/
const FILES = ['invoice.doc', 'svchost.exe', 'CV_ungvien.docx', 'thongbao.pdf.exe', 'update.dll', 'Báo cáo.xlsx', 'run.bat', 'setup.msi'] // prettier-ignore

export class Author {
  readonly indicators = new Map<string, Expected>()
  /** What of the layout makes a printed page hard to read. */
  readonly features = new Set<'white-columns' | 'page-columns' | 'nested' | 'tabs' | 'sheet'>()
  readonly #chance
  /** The document will be printed: only letters every font has. */
  readonly isPrinted: boolean
  readonly #used = new Set<string>()

  constructor(seed: number, isPrinted: boolean) {
    this.#chance = seededRandom(seed)
    this.isPrinted = isPrinted
    // The first numbers of neighbouring seeds are alike.
    for (let at = 0; at < 8; at++) this.#chance.below(2)
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return this.#chance.below(end)
  }

  /** True in `percent` of a hundred cases. */
  sometimes(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }

  times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index))
  }

  /** A name that is no indicator, as letters, footers and notes hold them. */
  decoy(): string {
    return this.#unused(
      () => `${this.#label()}.${this.pick(['com', 'vn', 'com.vn', 'org', 'net', 'gov.vn'])}`,
    )
  }

  /** What stands beside indicators and is none: never proposed. */
  fileName(): string {
    return this.pick(FILES)
  }

  hash(): string {
    return Buffer.from(this.#chance.bytes(this.pick([16, 20, 32]))).toString('hex')
  }

  /**
   * An indicator as it is written in a place made for it. `breaks`: how often, of a hundred times, a line is broken in it.
   * `isSure`: nobody has to ask what is meant.
   */
  indicator({ breaks = 15, isSure = true } = {}): Written {
    const how: Manner = { breaks, isSure }
    const kind = this.below(20)
    if (kind < 11) return this.#write(this.#host(), true, how)
    if (kind < 13) return this.#writeVietnamese(how)
    if (kind < 16) return this.#write(this.#address(), true, how)
    if (kind === 16) return this.#write(`${this.#address()}:${1 + this.below(65_000)}`, false, how)
    if (kind === 17) return this.#write(`${this.#host()}:${1 + this.below(65_000)}`, false, how)
    if (kind === 18) return this.#writeUrl(how)
    const host = this.#host()
    return this.#noted(host, `${this.pick(['hxxp://', 'hxxps://', 'http://', 'hxxps[:]//', 'hXXp://', 'meow://'])}${this.#defang(host)}${this.pick(['', '/'])}`, true, how) // prettier-ignore
  }

  /** A name, and how it is defanged: also among words of a sentence it is no decoy. */
  defanged(): Written {
    const host = this.#host()
    this.#note(host, true, false)
    return host.replaceAll('.', this.pick(['[.]', '(.)', '{.}', '[dot]']))
  }

  #host(): string {
    return this.#unused(() => {
      const labels = this.times(1 + this.below(3), () => this.#label())
      return `${labels.join('.')}.${this.pick(TOPS)}`
    })
  }

  #label(): string {
    const shape = this.below(10)
    const random = (length: number): string =>
      this.times(length, () => this.pick(Array.from('abcdefghijklmnopqrstuvwxyz0123456789'))).join('')
    const words = this.times(1 + this.below(4), () => this.pick(SYLLABLES))
    if (shape < 4) return `q${words.join('')}${random(1 + this.below(3))}`
    if (shape < 7) return `${words.join('-')}-${random(2 + this.below(3))}q`
    if (shape < 9) return `q${random(3 + this.below(9))}x`
    return `q${random(20 + this.below(25))}x`
  }

  #address(): string {
    return this.#unused(() => [this.pick([45, 91, 103, 185, 193]), 1 + this.below(250), this.below(256), 1 + this.below(254)].join('.')) // prettier-ignore
  }

  #unused(make: () => string): string {
    for (;;) {
      const value = make()
      if (this.#used.has(value)) continue
      this.#used.add(value)
      return value
    }
  }

  #write(value: string, mayAccept: boolean, how: Manner): Written {
    const isPlain = this.sometimes(35)
    return this.#noted(value, isPlain ? value : this.#defang(value), mayAccept, how)
  }

  #writeVietnamese({ breaks, isSure }: Manner): Written {
    const label = `${this.pick(VIETNAMESE)}${this.pick(VIETNAMESE)}${String.fromCharCode(97 + this.below(26))}`
    const written = `${label}${this.pick(['.vn', '.com', '[.]vn', '[.]net'])}`
    const value = domainToASCII(written.replace('[.]', '.'))
    this.#used.add(value)
    return this.#noted(
      value,
      this.sometimes(50) && !this.isPrinted ? written.normalize('NFD') : written,
      true,
      { isSure, breaks: Math.min(breaks, 5) },
    )
  }

  #writeUrl(how: Manner): Written {
    const host = this.#host()
    const path = this.pick(PATHS)
    const scheme = this.pick(['http', 'https'])
    const value = `${scheme}://${host}${path}`
    const written = `${scheme.replace('tt', 'xx')}${this.pick(['://', '[:]//', '[://]'])}${this.#defang(host, DOTS.slice(0, 5))}${path}` // prettier-ignore
    return this.#noted(value, written, false, how)
  }

  #defang(value: string, all: readonly string[] = DOTS): string {
    const dots = this.isPrinted ? all : [...all, ...WIDE_DOTS]
    const usual = this.pick(dots)
    return value.replace(/\./g, () => (this.sometimes(85) ? usual : this.pick(dots)))
  }

  #noted(value: string, written: string, mayAccept: boolean, { breaks, isSure }: Manner): Written {
    let text = this.sometimes(8) ? this.#dirty(written) : written
    const isBroken = !/ dot /.test(text) && this.sometimes(breaks)
    if (isBroken) text = this.#broken(text)
    this.#note(value, mayAccept, mayAccept && isSure && !isBroken)
    return text
  }

  #note(value: string, mayAccept: boolean, mustAccept: boolean): void {
    // `setup.zip` alone may be a file.
    this.indicators.set(value, { mayAccept, mustAccept: mustAccept && !MAY_BE_FILE.test(value) })
  }

  #dirty(text: string): string {
    const at = 1 + this.below(text.length - 1)
    return text.slice(0, at) + this.pick(this.isPrinted ? ['\u200b', '\u2060'] : INVISIBLE) + text.slice(at)
  }

  /** A line break somewhere, where it hurts most; a hyphen put in there now and then. */
  #broken(text: string): string {
    const letters = Array.from(text)
    const at = 1 + this.below(letters.length - 1)
    const isInWord = /[a-z]/.test(letters[at - 1]!) && /[a-z]/.test(letters[at]!)
    const isInScheme = text.includes('//') && !letters.slice(0, at).includes('/')
    const isInBrackets = /[[({][^\])}]*$/.test(letters.slice(0, at).join(''))
    const hyphen = isInWord && this.sometimes(15) && !isInBrackets && !isInScheme ? '-' : ''
    return `${letters.slice(0, at).join('')}${hyphen}\n${letters.slice(at).join('')}`
  }
}
