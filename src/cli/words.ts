/** Words of the command line that mean something: checked here, so that a slip is told before a server is asked. */
import { parseDomain } from '../config/domain.ts'
import { parseDuration } from '../config/duration.ts'
import { UsageError } from './command.ts'

/** A name in lower-case A-labels. Throws UsageError. */
export function readDomainWord(text: string): string {
  const parsed = parseDomain(text)
  if ('problem' in parsed) throw new UsageError(`"${text}" ${parsed.problem}`)
  return parsed.value
}

/** A duration as written, without blanks. Throws UsageError. */
export function readDurationWord(text: string): string {
  const parsed = parseDuration(text)
  if ('problem' in parsed) throw new UsageError(`"${text}" ${parsed.problem}`)
  if (parsed.ms === 0) throw new UsageError(`"${text}" is no time at all`)
  return text.replace(/\s+/g, '').toLowerCase()
}

/** A moment as the machine's clock on the wall shows it, with its offset: `2026-11-22 07:30:00 +07:00`. */
export function localTime(moment: string | null): string {
  if (moment === null) return 'it is taken back'
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) return moment
  const offset = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + offset * 60_000).toISOString()
  const sign = offset < 0 ? '-' : '+'
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0')
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${sign}${hours}:${minutes}`
}
