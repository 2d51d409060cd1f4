/** Words with dots that are no host names: files, abbreviations, products. */

/** Endings of files that are no top-level domains. */
const FILES = new Set(
  ('exe dll sys scr pif bat cmd vbs vbe js jse wsf wsh hta msi msp msu cpl ocx drv lnk reg ps1 psm1 psd1 inf cat dat bin tmp log bak old cfg conf config ini json xml yml yaml toml txt rtf csv tsv pdf doc docx docm dot dotx dotm xls xlsx xlsm xlsb xlt xltm ppt pptx pptm pps ppsx odt ods odp zip rar 7z tar gz tgz bz2 xz iso img vhd vhdx cab jar war ear apk aab ipa dex elf deb rpm dmg pkg jpg jpeg png gif bmp svg ico webp mp3 mp4 avi mkv wav swf htm html xhtml shtml php php3 php5 phtml asp aspx ashx asmx jsp jspx do cgi css scss ts tsx jsx vue py pyc pyw pl rb go rs c cpp cc h hpp cs java class sh bash so dylib a o ko lib pdb sql sqlite db mdb accdb eml msg pst ost one chm hlp manifest pem crt cer der key pfx p12 csr crl sig asc md rst tex plist nib kext desktop service crx xpi ttf otf woff woff2 rdp url website torrent part crdownload aes enc locked crypt').split(' '),
) // prettier-ignore

/** Endings that are both: of a word of two labels nobody can say which. */
const BOTH = new Set(
  'zip mov sh py pl rs so ps md cc cab one cat do java cs mm mk bin sql c go app'.split(' '),
)

/** Endings nobody mistakes for a top-level domain, also where they stand before one: `invoice.pdf.zip`. */
const UNMISTAKABLE = new Set('exe dll sys scr bat vbs hta msi lnk pdf doc docx docm xls xlsx xlsm ppt pptx rtf jpg png txt'.split(' ')) // prettier-ignore

const ABBREVIATIONS = new Set('TP TT TX KT TM TL TUQ GS PGS TS THS BS CN KS CV PGD PCT UBND HDND UB ST SO Q P H TW VP BT CVP GD'.split(' ')) // prettier-ignore

const PRODUCTS = new Set(['asp.net', 'ado.net', 'vb.net', 'paint.net', 'ml.net', 'socket.io', 'system.net', 'node.js', 'draw.io', 'word.application', 'excel.application']) // prettier-ignore

/** Whether the last label is the ending of files and of no names. */
export function endsLikeFile(labels: readonly string[]): boolean {
  return FILES.has(labels.at(-1)!.toLowerCase())
}

/** Whether `name` (lower-case), under a real top-level domain, may still be a file. */
export function mayBeFile(name: string): boolean {
  const dot = name.lastIndexOf('.')
  const last = name.slice(dot + 1)
  if (!FILES.has(last)) return false
  const before = name.lastIndexOf('.', dot - 1)
  return (before === -1 && BOTH.has(last)) || UNMISTAKABLE.has(name.slice(before + 1, dot))
}

/** `invoice.doc`, as against `evil.c`, which may go on. */
export function isSurelyFile(name: string): boolean {
  return UNMISTAKABLE.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
}

export function isProduct(name: string): boolean {
  return name.length < 20 && PRODUCTS.has(name)
}

/** `TP.HCM`, `KT.BT`, `PGS.TS`: short labels in capitals, a known one among them. */
export function isAbbreviation(labels: readonly string[]): boolean {
  if (!labels.every((label) => label.length <= 5 && label === label.toUpperCase())) return false
  return labels.some((label) =>
    ABBREVIATIONS.has(label.normalize('NFD').replace(/\p{M}/gu, '').replace('Đ', 'D')),
  )
}

/** `1298/CATTT-NCSC`, `331/2026/NĐ-CP`, `116/2025/QH15`. */
export function isDocumentNumber(text: string): boolean {
  return /^\d+[a-z]?\/(?:\d{4}\/)?\p{Lu}[\p{L}\d]*(?:[-&.][\p{L}\d]+)*$/u.test(text)
}

/** `23.8.2022`, `26/8/2022`, `8/2022`. */
export function isDate(text: string): boolean {
  return (
    /^(?:[0-3]?\d[./-])?[01]?\d[./-](?:19|20)\d\d$/.test(text) ||
    /^(?:19|20)\d\d[./-][01]?\d[./-][0-3]?\d$/.test(text)
  )
}

/** `v1.2.3.4`, `10.0.19041-rc1`. */
export function isVersion(text: string): boolean {
  return (
    /^(?:v|ver|version|r|build)\.?\d+(?:\.\d+)+[\w-]*$/i.test(text) ||
    /^\d+(?:\.\d+)+-?(?:[a-z]{1,5}\d*)$/i.test(text)
  )
}
