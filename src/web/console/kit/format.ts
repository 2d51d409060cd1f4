/** Times, counts and lengths as people of each language write them. */
import { useStore } from './store.ts'
import { language, type Language } from '../words/words.ts'

const LOCALES: Readonly<Record<Language, string>> = { vi: 'vi-VN', en: 'en-GB' }
const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

export interface Format {
  /** `1.234`. */
  readonly count: (value: number) => string
  /** `12,5 %` of 0 to 1. */
  readonly share: (value: number) => string
  /** Day and minute in the time zone of the browser. */
  readonly time: (rfc3339: string) => string
  /** With seconds, for logs. */
  readonly exactTime: (rfc3339: string) => string
  /** The day alone. */
  readonly day: (rfc3339: string) => string
  /** `22/11`. */
  readonly shortDay: (rfc3339: string) => string
  /** `07:30`. */
  readonly timeOfDay: (rfc3339: string) => string
  /** `3 phút trước`, `trong 2 ngày`. */
  readonly ago: (rfc3339: string, nowMs?: number) => string
  /** `4 giờ`, of seconds; the largest unit that fits. */
  readonly span: (seconds: number) => string
  /** `12,4 MB`. */
  readonly bytes: (value: number) => string
}

const formats = new Map<Language, Format>()

export function useFormat(): Format {
  return formatOf(useStore(language))
}

/** Those of one language; made once, for making them is slow. */
export function formatOf(of: Language): Format {
  let format = formats.get(of)
  if (format === undefined) formats.set(of, (format = build(LOCALES[of])))
  return format
}

function build(locale: string): Format {
  const count = new Intl.NumberFormat(locale)
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const dayAndMinute = {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  } as const
  const time = new Intl.DateTimeFormat(locale, dayAndMinute)
  const exact = new Intl.DateTimeFormat(locale, { ...dayAndMinute, second: '2-digit' })
  const day = new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric' })
  const timeOfDay = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return {
    count: (value) => count.format(value),
    share: (value) => share.format(value),
    time: (text) => time.format(new Date(text)),
    exactTime: (text) => exact.format(new Date(text)),
    day: (text) => day.format(new Date(text)),
    shortDay: (text) => day.format(new Date(text)).slice(0, '22/11'.length),
    timeOfDay: (text) => timeOfDay.format(new Date(text)),
    ago: (text, nowMs = Date.now()) => {
      const [value, unit] = inUnits((Date.parse(text) - nowMs) / 1000)
      return relative.format(value, unit)
    },
    span: (seconds) => {
      const [value, unit] = inUnits(seconds)
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
    },
    bytes: (value) => {
      const [unit, size] = value < 1e3 ? (['byte', 1] as const) : value < 1e6 ? (['kilobyte', 1e3] as const) : (['megabyte', 1e6] as const) // prettier-ignore
      const scaled = value / size
      return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(scaled)
    },
  }
}

function inUnits(seconds: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  const size = Math.abs(seconds)
  if (size < MINUTE_S) return [Math.round(seconds), 'second']
  if (size < HOUR_S) return [Math.round(seconds / MINUTE_S), 'minute']
  if (size < DAY_S) return [Math.round(seconds / HOUR_S), 'hour']
  return [Math.round(seconds / DAY_S), 'day']
}
