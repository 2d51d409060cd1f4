/** Runs `bin/thanhloc` as a shell would. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Resolves when the command has ended. The working directory is not the project's unless `directory` says so. */
export function thanhloc(
  args: readonly string[],
  options: { directory?: string; env?: NodeJS.ProcessEnv; program?: string } = {},
): Promise<Ran> {
  const { directory = tmpdir(), env = {}, program = join(root, 'bin/thanhloc') } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 20_000,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
