/** A directory of its own for each test, and a logger that keeps what it is told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createLog } from '../../../src/log/log.ts'
import type { Logger } from '../../../src/log/log.ts'

/** Removed when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-lists-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface KeptLog {
  readonly log: Logger
  /** Level and message of each line. */
  said(): string[]
}

export function keepLog(): KeptLog {
  const lines: string[] = []
  const write = (line: string): boolean => lines.push(line) > 0
  const said = (): string[] =>
    lines.map((line) => {
      const { level, msg } = JSON.parse(line) as { level: string; msg: string }
      return `${level}: ${msg}`
    })
  return { log: createLog('lists', { write }, 'debug'), said }
}
