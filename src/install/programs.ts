/** Programs of the system that an installation runs: with a bound, and an error in their own words. */
import { execFileSync } from 'node:child_process'
import { Refusal } from './refusal.ts'

/** A start of the server with ten million names, and room. */
const TIMEOUT_MS = 180_000

/** Runs a program to its end; what it printed. Throws Refusal with what it complained of. */
export function runProgram(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    })
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
    throw new Refusal([`${[program, ...args].join(' ')}: ${stderr?.trim() || message}`], { cause: error })
  }
}

/** Whether it ends with 0. */
export function succeeds(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: TIMEOUT_MS })
    return true
  } catch {
    return false
  }
}
