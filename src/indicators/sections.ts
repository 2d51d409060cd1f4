/**
 * Titles over lists and tables: "Tên miền chính thức của ngân hàng:", "Danh sách IP bị nhiễm mã độc", "Tài liệu tham khảo". What
 * stands below them is no indicator, and nothing in its own line says so.
 */
import { plainName } from '../identity/columns.ts'
import { legacyReadings } from './legacy-letters.ts'

export type Section = 'reference' | 'victim'

/** Longer is a paragraph. */
const MAX_TITLE = 160

const VICTIMS =
  /\b(?:nan nhan|victims?|bi nhiem|bi lay nhiem|bi tan cong|bi xam nhap|da nhiem|may nhiem|may tinh nhiem|may tram nhiem|infected)\b/
/** What is genuine, and what must stay reachable. */
const GENUINE =
  /\b(?:chinh thuc|chinh thong|hop phap|(?<!khong )hop le|bi gia mao|bi mao danh|danh sach trang|white ?list|allow ?list|khong (?:duoc |bi |nen |can |phai )?(?:ngan )?chan|ngoai le|loai tru(?! (?:ma doc|virus|phan mem|nguy co|su co))|(?<!khong |khong dang |do |muc )(?:dang )?tin cay|trusted|(?:safe|clean) (?:domains?|hosts?|ips?|sites?|websites?|list)|legitimate|genuine|benign|false positives?|do not block|official(?! (?:dispatch|letter|document|notice))|(?:ten mien|website|trang web|trang) (?:an toan|that|sach))\b/
const BESIDE =
  /\b(?:tham khao|references?|nguon|nguon tin|sources?|lien he|contacts?|chi tiet tai|xem tai|xem them|ban va|huong dan)\b/
/** What is to be blocked, whatever else the title says. */
const MALICIOUS = /\b(?:doc hai|gia mao|mao danh|lua dao|phishing|malicious|fake|fraud|fraudulent|scam|black ?list|c2|cnc|c c|dieu khien|can chan|ngan chan|chan loc|vi pham|phat tan|iocs?|chi bao|indicators?)\b/ // prettier-ignore

/** What ends a list of clean names too; below victims it may name what befell them: "a) Mã độc Andromeda". */
const SUSPICIOUS = /\b(?:ma doc|malware|botnet|ransomware|trojan|apt|tan cong|nguy hiem|xau doc|danh sach den|block(?:ed|ing|list)?|(?:de nghi|yeu cau|phai|bi|danh sach) chan|chan (?:truy cap|ket noi|ten mien|ip|dia chi)|mat an toan|khong an toan|khong hop le)\b/ // prettier-ignore
/** Words that name what is malicious only to say that these are not. */
const NEGATED =
  /\b(?:bi (?:gia mao|mao danh)|khong (?:duoc |bi |nen |can |phai )?(?:ngan )?chan|do not block|(?:khong phai(?: la)?|tranh|phong chong|de phong)(?: cac)?(?: bi)?(?: (?:trang web|trang|website|ten mien))? (?:gia mao|mao danh|lua dao|doc hai|ma doc|malware|tan cong))\b/g
/** Remarks between the items of a list. */
const NOTE = /^(?:ghi chu|luu y|chu y|chu thich|cap nhat|notes?|updated?)\b/
/** Feet of pages, and labels that say only of which kind the next items are. */
const FILLER = /^(?:(?:trang|page)(?: so)? \d+(?: (?:of )?\d+)?|(?:het|tiep theo|continued)(?: trang \d+)?|(?:ngay )?[\d ]+|(?:ten mien|domains?|ips?|dia chi ip|urls?|website|md5|sha1|sha256)|gom|bao gom|(?:cu the )?nhu sau)$/ // prettier-ignore
/** `a) Ngân hàng`, not `2. Thông tin`, which may stand beside the title. */
const NUMBERED = /^\s*[a-zđ]\)\s/i
/** The first line of another part of the document. */
const NEW_PART = /\b(?:phu luc|danh sach|annex|appendix|list of)\b/

/** Of a line over a list; null: what stands below is meant. */
export function sectionOf(text: string): Section | null {
  return sectionNamed(text, true)
}

/** Of a line over a table, whose own headings say more: not of a contact, or of where it was read. */
export function tableSectionOf(text: string): Section | null {
  return sectionNamed(text, false)
}

/**
 * Of a line below the title that said `before`, the line itself saying `named`. A list of what is clean or infected, with items in it (`isUsed`), goes on below
 * sub-titles ("Ngân hàng:"), notes and feet of pages, up to what names another one. A title that nothing has stood below yet,
 * which may be any sentence, counts for the next line alone, unless that is a note, a label or numbered ("a) Ngân hàng").
 */
export function nextSection(
  text: string,
  before: Section | null,
  named: Section | null,
  isUsed: boolean,
): Section | null {
  if (named !== null || before === null) return named
  const names = namesOf(text)
  if (names.some((name) => NOTE.test(name) || FILLER.test(name))) return before
  const isOther = (name: string): boolean =>
    isMalicious(name) ||
    NEW_PART.test(name) ||
    (before === 'reference' && SUSPICIOUS.test(withoutNegated(name)))
  if (names.some(isOther)) return null
  return isUsed || NUMBERED.test(text) ? before : null
}

function sectionNamed(text: string, isList: boolean): Section | null {
  if (text.length > MAX_TITLE) return null
  for (const name of namesOf(text)) {
    if (VICTIMS.test(name)) return 'victim'
    if (GENUINE.test(name)) return isMalicious(name) && !isBoth(name) ? null : 'reference'
    if (isList && BESIDE.test(name) && !isMalicious(name)) return 'reference'
  }
  return null
}

/** What it says, in plain letters; and, where it may be in old ones, what it says in those. */
function namesOf(text: string): string[] {
  return [text, ...legacyReadings(text)].map(plainName)
}

/** "Tên miền chính thức và giả mạo": a person tells them apart; not "giả mạo trang chính thức". */
function isBoth(name: string): boolean {
  const plain = withoutNegated(name)
  const genuine = plain.search(GENUINE)
  const malicious = plain.search(MALICIOUS)
  return genuine !== -1 && genuine < malicious && /\b(?:va|and)\b/.test(plain.slice(genuine, malicious))
}

function isMalicious(name: string): boolean {
  return MALICIOUS.test(withoutNegated(name))
}

function withoutNegated(name: string): string {
  return name.replace(NEGATED, '')
}
