/** Files of test/fixtures/identity, and leases in a form that is easy to compare. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LeaseFormat } from '../../../src/config/settings.ts'
import { readLeases } from '../../../src/identity/leases/reader.ts'
import type { LeaseReading } from '../../../src/identity/leases/ledger.ts'

export const FIXTURES = join(import.meta.dirname, '../../fixtures/identity')

/** When the fixtures were written, as far as their durations are concerned. */
export const WRITTEN_MS = Date.UTC(2026, 10, 21, 8)

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name))
}

export function readFixture(name: string, format: LeaseFormat = 'auto'): LeaseReading {
  return readLeases(fixture(name), format, { writtenMs: WRITTEN_MS })
}

export function read(text: string, format: LeaseFormat = 'auto'): LeaseReading {
  return readLeases(text, format, { writtenMs: WRITTEN_MS })
}

/** `address mac name from..expires`, times as ISO without the year's first digits or `-`. */
export function brief({ leases }: Pick<LeaseReading, 'leases'>): string[] {
  return leases.map(
    ({ address, mac, duid, hostName, fromMs, expiresMs, isReserved }) =>
      `${address} ${mac ?? duid ?? '-'} ${hostName ?? '-'} ${time(fromMs)}..${time(expiresMs)}${isReserved ? ' reserved' : ''}`,
  )
}

export function briefPast({ past }: LeaseReading): string[] {
  return past.map(
    ({ address, mac, fromMs, untilMs }) => `${address} ${mac ?? '-'} ${time(fromMs)}..${time(untilMs)}`,
  )
}

function time(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().slice(5, 19)
}
