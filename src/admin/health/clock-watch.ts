/**
 * Whether the clock on the wall can be believed: hits are told by it, and who had an address. It is wrong when it stands
 * before what has already happened, and it was set when it moved by more than the time that passed.
 */
import { isPossible, type Clock } from '../../clock.ts'
import type { Logger } from '../../log/log.ts'
import type { Trouble } from './trouble.ts'

/** More than any drift, and than a leap second. */
const JUMP_MS = 60_000
/** How long a jump is told. */
const TOLD_MS = 3_600_000
/** Times of files and of other machines may be off by a little. */
const BEHIND_MS = 86_400_000

export class ClockWatch {
  readonly #clock: Clock
  readonly #log: Pick<Logger, 'warn'>
  /** What a clock that was never set would say beyond the monotonic one. */
  #offsetMs: number
  #jump: { readonly byMs: number; readonly atMonotonicMs: number } | null = null

  constructor(clock: Clock, log: Pick<Logger, 'warn'>) {
    this.#clock = clock
    this.#log = log
    this.#offsetMs = clock.wallMs() - clock.monotonicMs()
  }

  /** `happenedMs`: wall clock times of things that have happened. */
  look(happenedMs: readonly number[]): Trouble[] {
    const nowMs = this.#clock.wallMs()
    const monotonicMs = this.#clock.monotonicMs()
    const byMs = nowMs - monotonicMs - this.#offsetMs
    if (Math.abs(byMs) > JUMP_MS) {
      this.#jump = { byMs, atMonotonicMs: monotonicMs }
      // Whoever reads times later has to know that they moved.
      this.#log.warn({ bySeconds: Math.round(byMs / 1000) }, 'the clock has jumped')
    }
    // What it drifts by is no jump, also where it drifts for a year.
    this.#offsetMs = nowMs - monotonicMs
    if (!isPossible(nowMs)) return [impossible(nowMs)]
    const latestMs = Math.max(0, ...happenedMs)
    if (latestMs - nowMs > BEHIND_MS) return [behind(nowMs, latestMs)]
    if (this.#jump !== null && monotonicMs - this.#jump.atMonotonicMs < TOLD_MS)
      return [jumped(this.#jump.byMs)]
    return []
  }
}

function impossible(nowMs: number): Trouble {
  const now = new Date(nowMs).toISOString().slice(0, 10)
  return {
    part: 'clock',
    severity: 'fail',
    key: 'impossible',
    detail: {
      vi: `đồng hồ chỉ ngày ${now}, không thể đúng: các lượt ghi nhận được tính tiếp từ lượt cuối đã biết`,
      en: `the clock says ${now}, which cannot be: hits are dated from the last one known on`,
    },
    advice: {
      vi: 'đặt lại giờ (`timedatectl set-ntp true`), và kiểm tra pin đồng hồ của máy',
      en: 'set it (`timedatectl set-ntp true`), and look after the battery of the machine',
    },
  }
}

function behind(nowMs: number, latestMs: number): Trouble {
  const now = new Date(nowMs).toISOString().slice(0, 10)
  const latest = new Date(latestMs).toISOString().slice(0, 10)
  return {
    part: 'clock',
    severity: 'fail',
    key: 'behind',
    detail: {
      vi: `đồng hồ chỉ ngày ${now}, nhưng đã có việc xảy ra ngày ${latest}`,
      en: `the clock says ${now}, but something happened on ${latest}`,
    },
    advice: {
      vi: 'đặt lại giờ (`timedatectl set-ntp true`); giờ sai thì không biết máy nào dùng địa chỉ nào lúc nào',
      en: 'set it (`timedatectl set-ntp true`); by a wrong clock nobody knows who had which address when',
    },
  }
}

function jumped(byMs: number): Trouble {
  const seconds = Math.round(Math.abs(byMs) / 1000)
  return {
    part: 'clock',
    severity: 'warn',
    key: 'jumped',
    detail: {
      vi: `đồng hồ nhảy ${byMs > 0 ? 'tới' : 'lùi'} ${seconds} giây trong giờ qua (bị chỉnh, hoặc máy đã ngủ)`,
      en: `the clock jumped ${byMs > 0 ? 'ahead' : 'back'} by ${seconds} s within the hour (it was set, or the machine slept)`,
    },
    advice: {
      vi: 'nếu không phải anh, chị chỉnh: kiểm tra NTP; giờ của các lượt ghi nhận trước đó có thể lệch',
      en: 'if it was not you: check NTP; hits from before may carry the other time',
    },
  }
}
