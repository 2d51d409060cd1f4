import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNotifySocket, socketName, type NotifySocket } from '../../../src/service/notify-socket.ts'
import { NotifyReceiver } from '../../support/notify-receiver.ts'

let directory: string
let receiver: NotifyReceiver | null = null
const opened: NotifySocket[] = []

beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'thanhloc-notify-'))))
afterEach(() => {
  receiver?.close()
  receiver = null
  for (const socket of opened.splice(0)) socket.close()
  rmSync(directory, { recursive: true })
})

function open(address: string): NotifySocket {
  const socket = openNotifySocket(address)
  if (typeof socket === 'string') throw new Error(socket)
  opened.push(socket)
  return socket
}

describe('a notify socket', () => {
  it.each(['path', 'abstract'])(
    'with an address that is %s takes one datagram for each message',
    async (kind) => {
      const address = kind === 'path' ? join(directory, 'notify') : `@thanhloc-${process.pid}/notify`
      receiver = new NotifyReceiver(address)
      const socket = open(address)
      expect(socket.send('READY=1\nSTATUS=trả lời')).toBe('sent')
      expect(socket.send('WATCHDOG=1')).toBe('sent')
      await receiver.until(() => receiver!.messages.length === 2)
      expect(receiver.messages).toEqual(['READY=1\nSTATUS=trả lời', 'WATCHDOG=1'])
    },
  )

  it('that nobody reads is full after a while, and takes more when it is read', async () => {
    const address = join(directory, 'notify')
    receiver = new NotifyReceiver(address, { isReading: false })
    const socket = open(address)
    const sent = Array.from({ length: 5000 }, () => socket.send('WATCHDOG=1'))
    expect(sent.at(-1)).toBe('full')
    receiver.read()
    await receiver.until(() => receiver!.messages.length === sent.filter((one) => one === 'sent').length)
    expect(socket.send('WATCHDOG=1')).toBe('sent')
  })

  it('that is not there, is no socket, or is gone, says so with every message', () => {
    const none = join(directory, 'none')
    const file = join(directory, 'file')
    writeFileSync(file, '')
    expect(open(none).send('READY=1')).toEqual({ error: 'ENOENT' })
    expect(open(file).send('READY=1')).toEqual({ error: 'ECONNREFUSED' })
    const gone = join(directory, 'gone')
    new NotifyReceiver(gone).close()
    expect(open(gone).send('READY=1')).toEqual({ error: 'ECONNREFUSED' })
  })

  it('of a manager that was restarted under the same name goes on taking messages', async () => {
    const address = join(directory, 'notify')
    const first = new NotifyReceiver(address)
    const socket = open(address)
    expect(socket.send('READY=1')).toBe('sent')
    first.close()
    rmSync(address)
    receiver = new NotifyReceiver(address)
    expect(socket.send('WATCHDOG=1')).toBe('sent')
    await receiver.until(() => receiver!.messages.length === 1)
  })

  it.each(['', 'relative/path', 'vsock:2:1', `/${'a'.repeat(108)}`, '@', '/with\0zero'])(
    'cannot have the address %j',
    (address) => expect(openNotifySocket(address)).toContain('neither a path nor @name'),
  )
})

describe('socketName', () => {
  it('holds what stands behind the family, whatever it is', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.stringMatching(/^[!-~]{1,100}$/), (isAbstract, rest) => {
        const name = Buffer.from(socketName(`${isAbstract ? '@' : '/'}${rest}`)!)
        expect(name.readUInt16LE(0)).toBe(1)
        expect(name.subarray(2).toString()).toBe(isAbstract ? `\0${rest}` : `/${rest}\0`)
      }),
    )
  })

  it('is at most as long as the kernel takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const name = socketName(text)
        expect(name === null || (name.length > 3 && name.length <= 110)).toBe(true)
      }),
    )
  })
})
