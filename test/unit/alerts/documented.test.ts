/** What docs/alerts.md shows is what is sent. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cefOf } from '../../../src/alerts/cef.ts'
import { composeMessage, contentOf } from '../../../src/alerts/message.ts'
import { alertOf } from '../../../src/alerts/store-event.ts'
import { Webhook } from '../../../src/alerts/webhook.ts'
import { systemClock } from '../../../src/clock.ts'
import { event, settingsWith, webhook } from './setup.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/alerts.md'), 'utf8')
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n(.*?)\\n\`\`\``, 's').exec(page)![1]!

it('the body of a webhook', async () => {
  const alert = alertOf(event(311, { kind: 'case-reinfected' }), settingsWith())!
  const content = { ...contentOf(alert), more: { 'case-reinfected': 2 } } as const
  const message = composeMessage(content, { id: '5c1e0f3a9b7d2468-17', server: 'dns1', detail: 'counts' })
  let body = ''
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const attempt = { signal: new AbortController().signal, receivers: [] }
  await new Webhook(webhook({ url }), '1', systemClock, () => {}).send(message, attempt)
  const { sentence, text, listed, ...shown } = JSON.parse(body) as Record<string, unknown>
  expect(shown).toEqual(JSON.parse(blockOf('json')))
  expect(sentence).toHaveProperty('vi')
  expect(text).toHaveProperty('en')
  expect(listed).toEqual([])
})

it('the body of a line of syslog', () => {
  const alert = alertOf(event(1), settingsWith())!
  const heading = { id: '5c1e0f3a9b7d2468-18', server: 'dns1', detail: 'full' } as const
  expect(cefOf(composeMessage(contentOf(alert), heading), '0.1.0', 4000)).toBe(blockOf('text'))
})
