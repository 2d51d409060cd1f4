/** An annex as a text document: heading, letter, tables, lists, notes, and everything around them that is no indicator. */
import { escapeXml } from '../office-documents.ts'
import type { Author } from './author.ts'
import { flatDocument, inlineText, style, styledParagraph } from './open-document.ts'
import { TextTables } from './text-tables.ts'

const FONTS = ['Liberation Serif', 'Liberation Serif', 'DejaVu Sans', 'DejaVu Serif', 'Liberation Sans', 'DejaVu Sans Mono'] // prettier-ignore
/** Those that hold all Vietnamese letters: with others the program writes a text layer that says something else than the page. */
const PRINTED_FONTS = ['Liberation Serif', 'Liberation Sans', 'DejaVu Sans']
const AGENCIES = ['CỤC AN TOÀN THÔNG TIN', 'TRUNG TÂM GIÁM SÁT AN TOÀN KHÔNG GIAN MẠNG QUỐC GIA', 'SỞ THÔNG TIN VÀ TRUYỀN THÔNG'] // prettier-ignore

/** The document as flat ODF; what it holds is noted by `author`. */
export function textAnnex(author: Author): string {
  return new TextAnnex(author).write()
}

class TextAnnex {
  readonly #author: Author
  readonly #tables: TextTables
  #deletions: string[] = []
  #notes = 0

  constructor(author: Author) {
    this.#author = author
    this.#tables = new TextTables(author)
  }

  write(): string {
    const { pick, below, sometimes } = bound(this.#author)
    // Printed, the program tells of a letter with its marks apart what is not there.
    const isNFD = sometimes(20) && !this.#author.isPrinted
    const parts = [this.#opening()]
    for (let left = 2 + below(4); left > 0; left--) parts.push(this.#part())
    parts.push(this.#ending())
    const size = pick([9, 10, 11, 12, 13, 14])
    const isLandscape = sometimes(30)
    const [width, height] = isLandscape ? [29.7, 21] : [21, 29.7]
    const margin = pick([1.5, 2, 3])
    const columns = sometimes(12) ? '<style:columns fo:column-count="2" fo:column-gap="0.6cm"/>' : ''
    if (columns !== '') this.#author.features.add('page-columns')
    this.#tables.widthCm = columns ? (width - 2 * margin - 0.6) / 2 : width - 2 * margin
    const page = `<style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="${width}cm" fo:page-height="${height}cm" style:print-orientation="${isLandscape ? 'landscape' : 'portrait'}" fo:margin="${margin}cm">${columns}</style:page-layout-properties><style:header-style><style:header-footer-properties fo:min-height="0.5cm"/></style:header-style><style:footer-style><style:header-footer-properties fo:min-height="0.5cm"/></style:footer-style></style:page-layout>` // prettier-ignore
    const master = `<style:master-page style:name="Standard" style:page-layout-name="pm1"><style:header>${this.#furniture()}</style:header><style:footer>${this.#furniture()}${styledParagraph('center', 'Trang <text:page-number>1</text:page-number>/<text:page-count>9</text:page-count>')}</style:footer></style:master-page>` // prettier-ignore
    const body = `${this.#trackedChanges()}${parts.join('')}`
    return flatDocument(
      'text',
      this.#styles(pick(this.#author.isPrinted ? PRINTED_FONTS : FONTS), size),
      page + this.#tables.styles() + COLUMNS,
      master,
      isNFD ? body.normalize('NFD') : body,
    )
  }

  #styles(font: string, size: number): string {
    const { pick, sometimes } = bound(this.#author)
    const text = `<style:text-properties style:font-name="${font}" fo:font-family="'${font}'" fo:font-size="${size}pt" fo:language="${pick(['vi', 'en'])}" fo:country="${pick(['VN', 'US'])}" fo:hyphenate="${sometimes(30)}"/>` // prettier-ignore
    const align = pick(['start', 'start', 'justify'])
    const paragraph = (name: string, properties: string, more = ''): string =>
      style({ name, family: 'paragraph', properties: `<style:paragraph-properties ${properties}/>${more}`, attributes: 'style:parent-style-name="Standard"' }) // prettier-ignore
    return [
      style({ name: 'Standard', family: 'paragraph', properties: `<style:paragraph-properties fo:text-align="${align}"/>${text}` }),
      paragraph('center', 'fo:text-align="center"'),
      paragraph('title', 'fo:text-align="center"', '<style:text-properties fo:font-weight="bold"/>'),
      paragraph('cell', `fo:text-align="${pick(['start', 'start', 'center', 'justify'])}"`),
      paragraph('head', 'fo:text-align="center"', '<style:text-properties fo:font-weight="bold"/>'),
      paragraph('indent', 'fo:text-indent="1cm" fo:text-align="justify"'),
      style({ name: 'hidden', family: 'text', properties: '<style:text-properties text:display="none"/>' }),
      style({ name: 'raised', family: 'text', properties: '<style:text-properties style:text-position="super 58%"/>' }),
      style({ name: 'bold', family: 'text', properties: '<style:text-properties fo:font-weight="bold"/>' }),
      style({ name: 'frame', family: 'graphic', properties: '<style:graphic-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm" style:wrap="none" style:vertical-pos="from-top" style:vertical-rel="paragraph" style:horizontal-pos="from-left" style:horizontal-rel="paragraph"/>' }),
    ].join('') // prettier-ignore
  }

  /** What stands at the top and the bottom of every page. */
  #furniture(): string {
    const { pick, sometimes } = bound(this.#author)
    const own = this.#author.decoy()
    const text = pick([
      `${pick(AGENCIES)} - ${own}`,
      own,
      `https://${own}`,
      `Website: ${own} - Email: ncsc@${own}`,
      `Phụ lục Công văn số 1298/CATTT-NCSC ngày 23.8.2022\t${own}`,
    ])
    return sometimes(60) ? styledParagraph('center', inlineText(text)) : ''
  }

  #opening(): string {
    const { pick, sometimes } = bound(this.#author)
    const titles = [
      styledParagraph('title', pick(['PHỤ LỤC', 'PHỤ LỤC I', 'Phụ lục 01'])),
      styledParagraph('title', pick(['DANH SÁCH TÊN MIỀN, ĐỊA CHỈ IP ĐỘC HẠI', 'DANH SÁCH MÁY CHỦ ĐIỀU KHIỂN MÃ ĐỘC (C&amp;C)', 'Các chỉ báo tấn công (IoC)'])), // prettier-ignore
      styledParagraph('center', '(Kèm theo Công văn số 1298/CATTT-NCSC ngày 23.8.2022 của Cục An toàn thông tin)'),
    ] // prettier-ignore
    return (sometimes(50) ? this.#tables.letterHead(pick(AGENCIES)) : '') + titles.join('')
  }

  #ending(): string {
    const { pick } = bound(this.#author)
    return [
      styledParagraph('indent', inlineText(`Mọi thông tin xin liên hệ ${this.#author.decoy()}, điện thoại 024.3640.4421, email: ais@${this.#author.decoy()}.`)), // prettier-ignore
      styledParagraph('center', pick(['KT. CỤC TRƯỞNG', 'TL. GIÁM ĐỐC', './.'])),
    ].join('')
  }

  #part(): string {
    const { below } = bound(this.#author)
    const which = below(16)
    if (which < 7) return this.#tables.ruled()
    if (which === 7) return this.#tables.open()
    if (which < 10) return this.#list()
    if (which === 10) return this.#sentence()
    if (which === 11) return this.#labelled()
    if (which === 12) return this.#tabbed()
    if (which === 13) return this.#besides()
    if (which === 14) return this.#frame()
    return this.#columns()
  }

  /** One a line, with or without bullets or numbers. */
  #list(): string {
    const { pick, below } = bound(this.#author)
    const bullet = pick(['', '', '- ', '• ', '+ ', '#. ', '#) ', 'auto'])
    const items = this.#author.times(2 + below(8), (index) => {
      const text = this.#author.indicator({ breaks: 4, isSure: bullet === '' })
      return bullet === 'auto' ? inlineText(text) : inlineText(bullet.replace('#', String(index + 1)) + text)
    })
    if (bullet !== 'auto') return items.map((item) => styledParagraph('Standard', item)).join('')
    return `<text:list>${items.map((item) => `<text:list-item>${styledParagraph('Standard', item)}</text:list-item>`).join('')}</text:list>` // prettier-ignore
  }

  /** Words around names: those that are defanged are meant, others are not. */
  #sentence(): string {
    const { pick } = bound(this.#author)
    const name = this.#author.defanged()
    const text = pick([
      `Mã độc kết nối tới máy chủ điều khiển ${name} qua cổng 443, phiên bản 10.0.19041.1; tham khảo ${this.#author.decoy()}.`,
      `Theo ${this.#author.decoy()}/bai-viet/2022, tệp ${this.#author.fileName()} tải về từ ${name}.`,
      `Đề nghị quý cơ quan rà soát kết nối tới ${name} và báo cáo về ${this.#author.decoy()} trước ngày 30/9/2022.Trân trọng.`,
    ])
    return styledParagraph('indent', inlineText(text))
  }

  #labelled(): string {
    const { pick, below } = bound(this.#author)
    const names = this.#author.times(1 + below(5), () => this.#author.indicator({ breaks: 0, isSure: false }))
    return styledParagraph('Standard', inlineText(`${pick(['Tên miền', 'Domain', 'IP/Domain', 'Máy chủ C2'])}: ${names.join(pick([', ', '; ', ' ; ', ' và ']))}`)) // prettier-ignore
  }

  /** A table as old documents hold it: with tabs. */
  #tabbed(): string {
    const { below } = bound(this.#author)
    this.#author.features.add('tabs')
    const rows = this.#author.times(2 + below(5), (index) => {
      const text = this.#author.indicator({ breaks: 0, isSure: false })
      return `${index + 1}\t${text} \tAPT32`
    })
    return ['STT\tTên miền/IP\tMã độc', ...rows].map((row) => styledParagraph('Standard', inlineText(row))).join('') // prettier-ignore
  }

  /** Footnotes, comments, links, hidden and deleted text: none of their names is an indicator. */
  #besides(): string {
    const { below } = bound(this.#author)
    const decoy = this.#author.decoy()
    const [which, name] = [below(5), escapeXml(this.#author.defanged())]
    if (which === 0) return styledParagraph('Standard', `Kết nối tới ${name}<text:note text:id="n${++this.#notes}" text:note-class="footnote"><text:note-citation>${this.#notes}</text:note-citation><text:note-body>${styledParagraph('Standard', `Xem https://${decoy}/`)}</text:note-body></text:note>`) // prettier-ignore
    if (which === 1) return styledParagraph('Standard', `Kết nối tới ${name}<office:annotation><dc:creator>An</dc:creator><text:p>${decoy}</text:p></office:annotation>`) // prettier-ignore
    if (which === 2) return styledParagraph('Standard', `Kết nối tới <text:a xlink:type="simple" xlink:href="http://${decoy}/">${name}</text:a>`) // prettier-ignore
    if (which === 3) return styledParagraph('Standard', `Kết nối tới ${name}<text:span text:style-name="hidden"> và ${decoy} </text:span>`) // prettier-ignore
    const id = `ct${this.#deletions.length + 1}`
    this.#deletions.push(`<text:changed-region xml:id="${id}" text:id="${id}"><text:deletion><office:change-info><dc:creator>An</dc:creator><dc:date>2022-08-23T00:00:00</dc:date></office:change-info><text:p>${decoy}</text:p></text:deletion></text:changed-region>`) // prettier-ignore
    return styledParagraph('Standard', `Kết nối tới ${name} <text:change text:change-id="${id}"/>.`)
  }

  #trackedChanges(): string {
    return this.#deletions.length === 0 ? '' : `<text:tracked-changes>${this.#deletions.join('')}</text:tracked-changes>` // prettier-ignore
  }

  #frame(): string {
    const name = inlineText(this.#author.indicator({ breaks: 0, isSure: false }))
    return styledParagraph('Standard', `<draw:frame draw:style-name="frame" text:anchor-type="paragraph" svg:x="1cm" svg:y="0.2cm" svg:width="9cm" draw:z-index="0"><draw:text-box fo:min-height="1cm">${styledParagraph('Standard', 'Máy chủ C2:')}${styledParagraph('Standard', name)}</draw:text-box></draw:frame>`) // prettier-ignore
  }

  /** A section of two columns. */
  #columns(): string {
    this.#author.features.add('page-columns')
    const items = this.#author.times(4 + this.#author.below(8), () => {
      const text = this.#author.indicator({ breaks: 0, isSure: false })
      return styledParagraph('Standard', inlineText(text))
    })
    return `<text:section text:style-name="two" text:name="s${this.#author.below(1e9)}">${items.join('')}</text:section>` // prettier-ignore
  }
}

const COLUMNS = '<style:style style:name="two" style:family="section"><style:section-properties><style:columns fo:column-count="2" fo:column-gap="0.5cm"/></style:section-properties></style:style>' // prettier-ignore

/** The methods of `author`, to be called by themselves. */
function bound(author: Author): Pick<Author, 'pick' | 'below' | 'sometimes'> {
  return {
    pick: (from) => author.pick(from),
    below: (end) => author.below(end),
    sometimes: (percent) => author.sometimes(percent),
  }
}
