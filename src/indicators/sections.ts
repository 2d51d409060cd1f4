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
  /\b(?:chinh thuc|chinh thong|hop phap|(?<!khong )hop le|bi gia mao|bi mao danh|danh sach trang|white ?list|allow ?list|khong chan|khong ngan chan|ngoai le|legitimate|genuine|(?:ten mien|website|trang web|trang) an toan)\b/
const BESIDE =
  /\b(?:tham khao|references?|nguon|nguon tin|sources?|lien he|contacts?|chi tiet tai|xem tai|xem them|ban va|huong dan)\b/
/** What is to be blocked, whatever else the title says. */
const MALICIOUS = /\b(?:doc hai|gia mao|mao danh|lua dao|phishing|malicious|c2|cnc|c c|dieu khien|can chan|ngan chan|chan loc|vi pham|phat tan|iocs?|chi bao|indicators?)\b/ // prettier-ignore

/** Of a line over a list; null: what stands below is meant. */
export function sectionOf(text: string): Section | null {
  return sectionNamed(text, true)
}

/** Of a line over a table, whose own headings say more: not of a contact, or of where it was read. */
export function tableSectionOf(text: string): Section | null {
  return sectionNamed(text, false)
}

function sectionNamed(text: string, isList: boolean): Section | null {
  if (text.length > MAX_TITLE) return null
  for (const reading of [text, ...legacyReadings(text)]) {
    const name = plainName(reading)
    if (VICTIMS.test(name)) return 'victim'
    if (GENUINE.test(name)) return isMalicious(name) ? null : 'reference'
    if (isList && BESIDE.test(name) && !isMalicious(name)) return 'reference'
  }
  return null
}

function isMalicious(name: string): boolean {
  return MALICIOUS.test(name.replace(/\b(?:bi (?:gia mao|mao danh)|khong (?:ngan )?chan)\b/g, ''))
}
