/** Times for people: the machine's own time zone, and which that is. */

/** `15:04:05 21/11/2026 (+07:00)`. */
export function localTime(ms: number): string {
  const offsetMinutes = -new Date(ms).getTimezoneOffset()
  // The clock of the zone, read as if it were UTC.
  const iso = new Date(ms + offsetMinutes * 60_000).toISOString()
  const [year, month, day] = iso.slice(0, 10).split('-')
  return `${iso.slice(11, 19)} ${day}/${month}/${year} (${offsetText(offsetMinutes)})`
}

/** `Sat, 21 Nov 2026 15:04:05 +0700`, RFC 5322 §3.3. */
export function mailDate(ms: number): string {
  const offsetMinutes = -new Date(ms).getTimezoneOffset()
  const [weekday, day, month, year, time] = new Date(ms + offsetMinutes * 60_000).toUTCString().split(' ')
  return `${weekday} ${day} ${month} ${year} ${time} ${offsetText(offsetMinutes).replace(':', '')}`
}

function offsetText(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
