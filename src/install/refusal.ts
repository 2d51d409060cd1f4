/** Why nothing is installed, in words for whoever sits at the machine. */
export class Refusal extends Error {
  readonly code = 'THANHLOC_INSTALL'
  /** What is wrong and what to do, a line each, Vietnamese first. */
  readonly reasons: readonly string[]

  constructor(reasons: readonly string[], options?: ErrorOptions) {
    super(reasons.join('\n'), options)
    this.reasons = reasons
  }
}
