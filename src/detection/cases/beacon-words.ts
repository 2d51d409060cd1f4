/** The reason of a hint as people read it, Vietnamese first. */
import type { Beacon, BeaconHint } from './beacon.ts'
import { LEAST_INTERVALS } from './beacon.ts'

/** The same in both languages. */
export interface BeaconWords {
  readonly vi: string
  readonly en: string
}

const SAID: Readonly<Record<BeaconHint, BeaconWords>> = {
  'machine-like': {
    vi: 'Giống chương trình tự động hỏi theo chu kỳ',
    en: 'Looks like a program that asks by itself',
  },
  'human-like': {
    vi: 'Giống người dùng truy cập, không theo chu kỳ',
    en: 'Looks like a person, without a rhythm',
  },
  unknown: { vi: 'Chưa đủ căn cứ để phân biệt', en: 'Nothing can be said' },
}

/** One line: what it looks like, and the numbers that say so. */
export function beaconWords(beacon: Beacon): BeaconWords {
  const { hint, intervals, modalMs, share, variation, hours, nights } = beacon
  const times = {
    vi: `có lượt hỏi trong ${hours}/24 giờ của ngày, ${nights} đêm từ 0 đến 5 giờ`,
    en: `hits in ${hours} of 24 hours of the day, in ${nights} nights between 0 and 5 o'clock`,
  }
  if (modalMs === null || intervals < LEAST_INTERVALS) {
    return {
      vi: `${SAID.unknown.vi}: mới có ${intervals} khoảng cách từ 5 giây trở lên, cần ${LEAST_INTERVALS}; ${times.vi}.`,
      en: `${SAID.unknown.en} yet: ${intervals} intervals of 5 s or more, and ${LEAST_INTERVALS} are needed; ${times.en}.`,
    }
  }
  const percent = (part: number): string => `${Math.round(part * 100)} %`
  return {
    vi: `${SAID[hint].vi}: ${percent(share)} trong ${intervals} khoảng cách xấp xỉ ${spanText(modalMs, 'vi')}, độ lệch ${percent(variation)}; ${times.vi}.`,
    en: `${SAID[hint].en}: ${percent(share)} of ${intervals} intervals lie near ${spanText(modalMs, 'en')} and vary by ${percent(variation)}; ${times.en}.`,
  }
}

const UNITS = [
  { ms: 86_400_000, vi: 'ngày', en: 'd' },
  { ms: 3_600_000, vi: 'giờ', en: 'h' },
  { ms: 60_000, vi: 'phút', en: 'min' },
  { ms: 1000, vi: 'giây', en: 's' },
] as const

/** Two digits are all that a bucket knows: `10 min`, `1.5 h`. */
function spanText(ms: number, language: keyof BeaconWords): string {
  const unit = UNITS.find((each) => ms >= each.ms * 1.5) ?? UNITS[3]
  return `${Number((ms / unit.ms).toPrecision(2))} ${unit[language]}`
}
