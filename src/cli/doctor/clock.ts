/**
 * Is the clock right? Judged by what cannot lie about it: signatures in answers of the configured upstreams, files of
 * the data directory, other nodes of the organisation. No time server is asked, for none is configured here.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findingsOf, type Finding } from './finding.ts'
import type { SignedSpan } from './upstreams.ts'

/** No version of the program is older. */
const OLDEST_MS = Date.UTC(2026, 10, 1)
/** Of what has been written, by a clock that may have been a little ahead. */
const SLACK_MS = 3_600_000
const APART_SECONDS = 5
/** Written by systemd-timesyncd when it has set the clock: systemd-timesyncd.service(8). */
const SYNCHRONISED = '/run/systemd/timesync/synchronized'

export interface ClockEvidence {
  readonly nowMs: number
  readonly signed: readonly SignedSpan[]
  /** Where the server writes. */
  readonly directory: string
  /** Of other nodes: how far ahead of this one their clocks are, seconds. */
  readonly nodes: readonly { readonly id: string; readonly clockAheadSeconds: number | null }[]
  readonly synchronised?: string
}

const SET_IT = [
  'đặt giờ: `timedatectl set-ntp true`, hoặc khai máy chủ giờ của đơn vị trong /etc/systemd/timesyncd.conf',
  'set it: `timedatectl set-ntp true`, or name the time server of your organisation in /etc/systemd/timesyncd.conf',
] as const

export function checkClock({
  nowMs,
  signed,
  directory,
  nodes,
  synchronised = SYNCHRONISED,
}: ClockEvidence): Finding[] {
  const find = findingsOf('clock')
  const now = new Date(nowMs).toISOString().slice(0, 16)
  const floorMs = Math.max(OLDEST_MS, lastWriting(directory))
  const span = signed[0]
  const wrong = (vi: string, en: string): Finding[] => [
    find('fail', [`đồng hồ chỉ ${now}: ${vi}`, `it says ${now}: ${en}`], SET_IT),
  ]
  if (nowMs + SLACK_MS < floorMs) {
    const floor = new Date(floorMs).toISOString().slice(0, 10)
    return wrong(`chậm, vì đã có việc xảy ra ngày ${floor}`, `behind, for something happened on ${floor}`)
  }
  if (span !== undefined && nowMs + SLACK_MS < span.fromMs)
    return wrong('chậm so với chữ ký DNSSEC vừa nhận', 'behind the DNSSEC signatures that just came')
  if (span !== undefined && nowMs - SLACK_MS > span.untilMs)
    return wrong(
      'nhanh, chữ ký DNSSEC vừa nhận đã hết hạn',
      'ahead: the DNSSEC signatures that just came are over',
    )
  const apart = nodes.find(({ clockAheadSeconds }) => Math.abs(clockAheadSeconds ?? 0) > APART_SECONDS)
  if (apart !== undefined) {
    const seconds = Math.abs(apart.clockAheadSeconds!)
    return [
      find(
        'warn',
        [`lệch ${seconds} giây so với ${apart.id}`, `${seconds} s apart from ${apart.id}`],
        SET_IT,
      ),
    ]
  }
  if (existsSync(synchronised))
    return [find('ok', [`${now}, được đồng bộ bằng NTP`, `${now}, kept by NTP (systemd-timesyncd)`])]
  if (span !== undefined)
    return [find('ok', [`${now}, khớp với chữ ký DNSSEC`, `${now}, fits the DNSSEC signatures that came`])]
  return [
    find(
      'unknown',
      [`${now}; không có gì để đối chiếu`, `${now}; there is nothing to compare it with`],
      [
        'so với đồng hồ khác; bật NTP nếu chưa bật (`timedatectl`)',
        'compare it with another clock; switch NTP on where it is off (`timedatectl`)',
      ],
    ),
  ]
}

/** When the server last wrote something; 0: never, or it cannot be told. */
function lastWriting(directory: string): number {
  const times = ['thanhloc.db', 'thanhloc.db-wal', 'snapshot.packed'].map((name) =>
    writtenAtMs(join(directory, name)),
  )
  return Math.max(...times)
}

function writtenAtMs(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  } catch {
    // Another user's: then there are the signatures.
    return 0
  }
}
