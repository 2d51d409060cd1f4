import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'

const OUTPUT = new URL('../../../src/log/output.ts', import.meta.url).pathname

/** Writes until nobody takes more, then leaves: 0 within seconds, or the write holds the process. */
const SCRIPT = `
  import { openStandardOutput, unblockStandardOutput } from ${JSON.stringify(OUTPUT)}
  unblockStandardOutput()
  const output = openStandardOutput()
  const bytes = Buffer.alloc(65536, 65)
  const go = () => output.write(bytes, (error, written) => {
    if (!error) return go()
    console.error(error.code)
    process.exit(0)
  })
  go()
`

/** How a process with a standard output that nobody reads ends. */
function run(command: string, args: readonly string[]): Promise<{ code: number | null; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let errors = ''
    child.stdout.pause()
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    child.on('exit', (code) => {
      clearTimeout(timer)
      child.stdout.destroy()
      resolve({ code, errors })
    })
  })
}

test('a socket that nobody reads (as under journald) does not hold the process', async () => {
  // What Node gives a child as a pipe is a pair of sockets: it cannot be opened again.
  expect(await run(process.execPath, ['--input-type=module', '-e', SCRIPT])).toEqual({
    code: 0,
    errors: 'EAGAIN\n',
  })
})

test('a pipe that nobody reads does not hold the process', async () => {
  // The shell's exit code is that of sleep: what counts is that it comes as soon as sleep ends.
  const command = `"$0" --input-type=module -e "$1" | sleep 0.3`
  expect(await run('sh', ['-c', command, process.execPath, SCRIPT])).toEqual({ code: 0, errors: 'EAGAIN\n' })
})
