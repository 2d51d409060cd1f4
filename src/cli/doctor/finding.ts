/** What `doctor` found out: one line each, good or bad, and what to do where it is bad. */
import type { Words } from '../../alerts/catalogue.ts'

/** In the order of how bad they are. `unknown`: it could not be looked at, and `detail` says why. */
export const VERDICTS = ['ok', 'unknown', 'warn', 'fail'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Finding {
  /** What was looked at: `upstream 10.1.0.1:53`. */
  readonly check: string
  readonly verdict: Verdict
  readonly detail: Words
  /** What to do; null: nothing. */
  readonly advice: Words | null
}

/** A finding of one check; the texts are Vietnamese, then English. */
export type Find = (
  verdict: Verdict,
  detail: readonly [string, string],
  advice?: readonly [string, string],
) => Finding

/** Makes findings of `check`. */
export function findingsOf(check: string): Find {
  return (verdict, [vi, en], advice) => ({
    check,
    verdict,
    detail: { vi, en },
    advice: advice === undefined ? null : { vi: advice[0], en: advice[1] },
  })
}

/** The worst of all. */
export function worstOf(findings: readonly Finding[]): Verdict {
  return findings.reduce<Verdict>(
    (worst, { verdict }) => (VERDICTS.indexOf(verdict) > VERDICTS.indexOf(worst) ? verdict : worst),
    'ok',
  )
}

/** A check: what it is called while nothing is known of it, and the looking. */
export interface Check {
  readonly name: string
  run(): Promise<readonly Finding[]> | readonly Finding[]
}

/** All checks at once, each for `timeoutMs` at most, findings in their order. A check that breaks is a finding itself. */
export async function runChecks(checks: readonly Check[], timeoutMs: number): Promise<Finding[]> {
  const found = await Promise.all(checks.map((check) => runCheck(check, timeoutMs)))
  return found.flat()
}

async function runCheck({ name, run }: Check, timeoutMs: number): Promise<readonly Finding[]> {
  const find = findingsOf(name)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding[]>((settle) => {
    const seconds = Math.round(timeoutMs / 1000)
    timer = setTimeout(
      () =>
        settle([find('unknown', [`chưa có kết quả sau ${seconds} giây`, `no result within ${seconds} s`])]),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([Promise.resolve().then(run), late])
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [find('unknown', [`không kiểm tra được: ${why}`, `it could not be looked at: ${why}`])]
  } finally {
    clearTimeout(timer)
  }
}
