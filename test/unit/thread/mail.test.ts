import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { Mailbox, MailError, type Letter, type ThreadName } from '../../../src/thread/mail.ts'
import { PostOffice } from '../../../src/thread/post-office.ts'

/** Main's post office with real message channels to `names`; those in `down` have no port. */
function office(names: ThreadName[], down: ThreadName[] = []) {
  const ports = new Map(names.map((name) => [name, new MessageChannel()]))
  const post = new PostOffice(
    (name) => (down.includes(name) ? undefined : ports.get(name)?.port1),
    names.filter((name) => name.startsWith('resolver-')),
  )
  for (const { port1 } of ports.values()) port1.on('message', (letter: Letter) => post.pass(letter))
  const boxes = new Map(names.map((name) => [name, new Mailbox(ports.get(name)!.port2, name)]))
  const close = (): void => ports.forEach(({ port1 }) => port1.close())
  return { post, box: (name: ThreadName) => boxes.get(name)!, close }
}

describe('mail', () => {
  it('a request is answered by the handler of the other thread, through main', async () => {
    const { box, close } = office(['control', 'lists'])
    box('lists').on('double', async (body, from) => ({ twice: (body as number) * 2, from }))
    expect(await box('control').request('lists', 'double', 21)).toEqual({ twice: 42, from: 'control' })
    close()
  })

  it('a failing handler, a missing one and a missing thread are errors that say so', async () => {
    const { box, close } = office(['control', 'lists', 'store'], ['store'])
    box('lists').on('fail', () => Promise.reject(new Error('no such list: x')))
    await expect(box('control').request('lists', 'fail')).rejects.toThrow('no such list: x')
    await expect(box('control').request('lists', 'nothing')).rejects.toThrow(
      'lists has no handler for nothing',
    )
    await expect(box('control').request('store', 'any')).rejects.toThrow('store is being restarted')
    close()
  })

  it('a request nobody answers ends in time', async () => {
    vi.useFakeTimers()
    const { box, close } = office(['control', 'lists'])
    box('lists').on('slow', () => new Promise(() => {}))
    const asked = box('control').request('lists', 'slow', null, 1000)
    const failed = expect(asked).rejects.toThrow(MailError)
    await vi.advanceTimersByTimeAsync(1001)
    await failed
    vi.useRealTimers()
    close()
  })

  it('tells all resolvers, and main', async () => {
    const { post, box, close } = office(['control', 'resolver-0', 'resolver-1'])
    const heard: string[] = []
    const done = new Promise<void>((resolve) => {
      const hear = (name: string) => (): void => {
        heard.push(name)
        if (heard.length === 3) resolve()
      }
      box('resolver-0').on('flush', hear('0'))
      box('resolver-1').on('flush', hear('1'))
      post.mailbox.on('flush', hear('main'))
    })
    box('control').tell('resolvers', 'flush')
    box('control').tell('main', 'flush')
    await done
    expect(heard.sort()).toEqual(['0', '1', 'main'])
    close()
  })
})
