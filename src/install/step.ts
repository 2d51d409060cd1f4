/** An installation as steps that may be told without being done, done twice, and undone. */

export interface Step {
  /** What it sees to, Vietnamese first. */
  readonly title: string
  /** What is to be done now; null: it is so already. Changes nothing. */
  pending(): string | null
  /** Does that. Throws Refusal, having said what is wrong. */
  apply(): void | Promise<void>
}

/** Does what is pending, one after the other; only tells it where `isDryRun`. Resolves with how many steps that were. */
export async function runSteps(
  steps: readonly Step[],
  isDryRun: boolean,
  print: (line: string) => void,
): Promise<number> {
  let pending = 0
  for (const [index, step] of steps.entries()) {
    const head = `[${index + 1}/${steps.length}] ${step.title}`
    const todo = step.pending()
    if (todo === null) {
      print(`${head}: đã có · as it should be`)
      continue
    }
    pending++
    print(`${head}:\n      ${todo}`)
    if (!isDryRun) await step.apply()
  }
  return pending
}
