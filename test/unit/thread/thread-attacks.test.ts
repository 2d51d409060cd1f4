/** What must not bring main down, or one thread's answer to another's question. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { MAX_WORKERS } from '../../../src/config/settings.ts'
import { CONTROL_BYTES, ControlWords, Swapped } from '../../../src/thread/control-words.ts'
import { Mailbox, type Letter, type LetterPort } from '../../../src/thread/mail.ts'
import type { ThreadStart } from '../../../src/thread/shared-state.ts'
import { Threads } from '../../../src/thread/threads.ts'

const directory = mkdtempSync(join(tmpdir(), 'thanhloc-threads-'))
let threads: Threads | null = null
afterEach(async () => {
  await threads?.terminateAll()
  rmSync(directory, { recursive: true, force: true })
})

describe('Threads', () => {
  it('outlive a start that fails: out of descriptors now, perhaps not in a moment', async () => {
    const path = join(directory, 'thread.mjs')
    writeFileSync(path, `import { parentPort } from 'node:worker_threads'\nparentPort.postMessage('up')`)
    const ends: (string | null)[] = []
    let starts = 0
    await new Promise<void>((resolve) => {
      threads = new Threads(
        () => pathToFileURL(path),
        {
          begin: () => {
            if (++starts < 3) throw new Error('fcntl: EMFILE')
            return {} as ThreadStart
          },
          letter: () => resolve(),
          ended: (_name, error) => ends.push(error),
        },
        systemClock,
      )
      threads.start('resolver-0')
    })
    expect(ends.slice(0, 2)).toEqual([expect.stringContaining('EMFILE'), expect.stringContaining('EMFILE')])
  })
})

describe('Mailbox', () => {
  /** A port that keeps what is sent and delivers what the test gives it. */
  function port() {
    const sent: Letter[] = []
    let deliver: (letter: Letter) => void = () => {}
    const made: LetterPort = {
      postMessage: (letter) => sent.push(letter),
      on: (_event, listener) => (deliver = listener),
    }
    return { made, sent, deliver: (letter: Letter) => deliver(letter) }
  }

  it('takes no answer to a question of the thread that had its name before', async () => {
    const before = port()
    void new Mailbox(before.made, 'control').request('lists', 'lists/reload')
    const [old] = before.sent
    const now = port()
    const mailbox = new Mailbox(now.made, 'control')
    const asked = mailbox.request('lists', 'lists/reload')
    const [letter] = now.sent
    const reply = { kind: 'reply', from: 'lists', to: 'control', type: 'lists/reload' } as const
    now.deliver({ ...reply, id: old!.id, body: 'of the reload before' })
    now.deliver({ ...reply, id: letter!.id, body: 'of this reload' })
    expect(await asked).toBe('of this reload')
  })
})

describe('ControlWords', () => {
  it('have room for as many threads as the configuration allows', () => {
    const words = new ControlWords(new SharedArrayBuffer(CONTROL_BYTES), MAX_WORKERS)
    for (let worker = 0; worker < MAX_WORKERS; worker++) {
      words.forget(worker)
      words.acknowledge(worker, Swapped.overlay, worker)
      words.setAnswering(worker)
    }
    expect(words.acknowledged(MAX_WORKERS - 1, Swapped.overlay)).toBe(MAX_WORKERS - 1)
    expect(words.isAnswering(MAX_WORKERS - 1)).toBe(true)
  })
})
