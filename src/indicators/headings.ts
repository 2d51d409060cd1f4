/** What the heading of a column, or the label before a value, says of it. Vietnamese or English, with or without marks. */
import { plainName } from '../identity/columns.ts'
import { legacyReadings } from './legacy-letters.ts'

export type Heading =
  | 'index'
  | 'indicator'
  | 'hash'
  | 'file'
  | 'email'
  | 'victim'
  | 'reference'
  | 'number'
  | 'type'
  | 'mark'
  | 'note'

/** Longer is a sentence. */
const MAX_LENGTH = 80

/** In this order: the first that fits counts. */
const HEADINGS: readonly (readonly [Heading, RegExp])[] = [
  ['index', /^(?:stt|tt|so tt|so thu tu|no|id|index|so|n0)$/],
  ['type', /^(?:type|loai|kieu|loai ioc|ioc type|loai chi so|indicator type|phan loai|kind)$/],
  ['mark', /^to ids$/],
  ['hash', /\b(?:md5|sha1|sha 1|sha256|sha 256|sha512|hash|ma bam)\b/],
  ['file', /\b(?:ten tep|ten tap tin|ten file|file|filename|filenames|tep tin|tap tin|duong dan|path|registry|process|tien trinh|mutex)\b/],
  ['email', /\b(?:email|e mail|thu dien tu|mail)\b/],
  ['victim', /\b(?:nan nhan|victim|victims|lay nhiem|bi nhiem|nhiem ma doc|infected|may tram|may nhiem|ip nguon|dia chi nguon|source ip|src ip|ip cua don vi|ip cong cong cua|noi bo|bi tan cong|bi xam nhap|bi thay doi giao dien|ip public cua)\b/],
  ['reference', /\b(?:nguon|tham khao|reference|references|ref|source|sources|lien he|contact|bi gia mao|bi mao danh|chinh thuc|chinh thong|hop phap|ten mien that|trang that|(?<!khong )hop le|(?<!mat |khong )an toan(?! thong tin)|danh sach trang|whitelist|allowlist|khong chan|ngoai le|legitimate|legit|impersonated|target|official|goc|bai viet|huong dan|link bai|tai tai lieu|phien ban va|ban va|cap nhat tai|chi tiet tai|xem tai|xem them|dia chi tai|website|trang web|trang thong tin dien tu|cong thong tin|co quan|don vi)\b/],
  ['note', /\b(?:ghi chu|note|notes|mo ta|description|comment|comments|dien giai|noi dung|chien dich|campaign|ma doc|malware|ho ma doc|ten ma doc|nhom|group|apt|ten)\b/],
  ['number', /\b(?:ngay|date|time|thoi gian|thoi diem|phien ban|version|so luong|count|kich thuoc|size|port|cong|so van ban|so hieu|van ban|first seen|last seen|score|diem)\b/],
] // prettier-ignore

/** Words that make a column one of indicators, unless one of those above with a stronger meaning stands there too. */
const INDICATOR = /\b(?:ten mien|domain|domains|hostname|hostnames|host|hosts|fqdn|ip|ips|ipv4|ipv6|url|urls|uri|ioc|iocs|indicator|indicators|chi so|chi bao|dau hieu|c2|cnc|c va c|doc hai|may chu dieu khien|command and control|value|gia tri|domain suffix|domain keyword|ip cidr|dns|ten mien gia mao|website gia mao|trang gia mao|lien ket gia mao|duong link gia mao|dia chi ip)\b/ // prettier-ignore
/** Of these a column of indicators remains one: "Tên miền độc hại", "Mã độc / IP", "Domain name of malware". */
const STRONGER: ReadonlySet<Heading> = new Set(['index', 'type', 'hash', 'email', 'victim', 'reference'])
const C_AND_C = /^(?:may chu |dia chi |ten mien |ip )?c c(?: server)?$/
const FAKE = /\b(?:gia mao|doc hai|lua dao|vi pham|phishing|malicious|fake|c2|ioc)\b/
const NOT_FAKE = /\b(?:bi gia mao|bi mao danh)\b/

/** Null: a heading that says nothing, or none at all. */
export function headingOf(text: string): Heading | null {
  if (text.length > MAX_LENGTH) return null
  const legacy = legacyReadings(text)
  if (legacy.length === 0) return headingNamed(plainName(text), text)
  const found = [...legacy, text]
    .map((each) => headingNamed(plainName(each), each))
    .filter((each) => each !== null)
  return (
    found.find((each) => STRONGER.has(each)) ?? found.find((each) => each === 'indicator') ?? found[0] ?? null
  )
}

function headingNamed(name: string, text: string): Heading | null {
  if (name === '') return text.trim() === '#' ? 'index' : null
  const found = HEADINGS.find(([, pattern]) => pattern.test(name))?.[0] ?? null
  const isIndicator = INDICATOR.test(name) || C_AND_C.test(name) || (FAKE.test(name) && /\b(?:website|trang|link|duong dan|lien ket)\b/.test(name)) // prettier-ignore
  if (!isIndicator) return found
  if (found === 'reference' && FAKE.test(name) && !NOT_FAKE.test(name)) return 'indicator'
  return found !== null && STRONGER.has(found) ? found : 'indicator'
}

/** The value of a column of types that makes the row one of files. */
export function isFileType(text: string): boolean {
  return /^(?:file|filename|file name|ten tep|ten file|tep|path|file path|mutex|registry|registry key|regkey|process|yara|pdb|command|user agent)\b/.test(plainName(text)) // prettier-ignore
}
