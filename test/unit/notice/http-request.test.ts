import { describe, expect, it } from 'vitest'
import { isBrowserRequest } from '../../../src/notice/browser-like.ts'
import { MAX_HEAD_BYTES, readRequestHead, type RequestHead } from '../../../src/notice/http-request.ts'

const read = (text: string, isAll = false) => readRequestHead(Buffer.from(text), isAll)
const headOf = (text: string) => read(text) as RequestHead

describe('a request', () => {
  it('tells method, host, path and headers, and where its body begins', () => {
    const text = 'POST /gate.php?id=7 HTTP/1.1\r\nHost: WWW.Evil.VN.:8080\r\nUser-Agent:  bot \r\n\r\nbody'
    const head = headOf(text)
    expect(head).toMatchObject({ method: 'POST', host: 'www.evil.vn', path: '/gate.php', query: 'id=7', isWhole: true }) // prettier-ignore
    expect(head.headers.get('user-agent')).toBe('bot')
    expect(text.slice(head.length)).toBe('body')
  })

  it.each([
    ['GET http://u:p@Evil.VN:81/x?y HTTP/1.1\r\nHost: other\r\n\r\n', 'evil.vn', '/x'],
    ['GET http://evil.vn HTTP/1.0\r\n\r\n', 'evil.vn', '/'],
    ['CONNECT evil.vn:443 HTTP/1.1\r\n\r\n', 'evil.vn', ''],
    ['GET /a#b HTTP/1.1\nHost: [FD00::1]:80\n\n', 'fd00::1', '/a'],
    ['OPTIONS * HTTP/1.1\r\n\r\n', null, '*'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', null, '*'],
    ['GET /ạ HTTP/1.1\r\nHost: độc.vn\r\n\r\n', 'độc.vn', '/ạ'],
    ['get / HTTP/1.1\r\nhost: first\r\nHOST: second\r\nno colon\r\n\r\n', 'first', '/'],
  ])('is understood as it was meant: %j', (text, host, path) => {
    expect(headOf(text)).toMatchObject({ host, path })
  })

  it('may come in pieces', () => {
    const text = 'GET http://evil.vn/x HTTP/1.1\r\nHost: evil.vn\r\n\r\n'
    for (let length = 1; length < text.length; length++) expect(read(text.slice(0, length))).toBe('more')
    expect(headOf(text).host).toBe('evil.vn')
  })

  it('that breaks off is told as far as it went', () => {
    expect(read('GET /slow HTTP/1.1\r\nHost: evil.vn\r\nX-a: ', true)).toMatchObject({
      host: 'evil.vn',
      path: '/slow',
      isWhole: false,
    })
    expect(read('GET /slo', true)).toMatchObject({ path: '/slo', isWhole: false })
  })

  it('longer than any browser sends is not waited for', () => {
    const long = `GET / HTTP/1.1\r\nHost: evil.vn\r\nCookie: ${'x'.repeat(MAX_HEAD_BYTES)}`
    expect(headOf(long)).toMatchObject({ host: 'evil.vn', isWhole: false })
    expect(headOf(`GET /${'x'.repeat(MAX_HEAD_BYTES)}`)).toMatchObject({ isWhole: false, host: null })
  })
})

describe('what is no request', () => {
  it.each(['HELO mail.evil.vn\r\n', 'EHLO x', 'hello bot', 'SSH-2.0-x\r\n', '\r\nGET / HTTP/1.1', '\0', '{"a":1}', 'GET /\r\n', 'GET / SPDY/3\r\n'])(
    '%j', (text) => expect(read(text)).toBe('other')) // prettier-ignore
  it('a word that ends there', () => expect(read('hello', true)).toBe('other'))
})

describe('a browser', () => {
  const browser = new Map([
    ['user-agent', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36'],
    ['accept', 'text/html'],
    ['accept-language', 'vi-VN,vi;q=0.9'],
    ['accept-encoding', 'gzip, deflate'],
  ])
  it('sends all that browsers send', () => {
    expect(isBrowserRequest(browser)).toBe(true)
    for (const left of browser.keys())
      expect(isBrowserRequest(new Map([...browser].filter(([name]) => name !== left)))).toBe(false)
  })
  it('opens a WebSocket without Accept, and asks for a range of sound and video without gzip', () => {
    const without = (left: string, added: readonly [string, string]): Map<string, string> =>
      new Map([...[...browser].filter(([name]) => name !== left), added])
    expect(isBrowserRequest(without('accept', ['upgrade', 'websocket']))).toBe(true)
    expect(isBrowserRequest(without('accept', ['upgrade', 'h2c']))).toBe(false)
    expect(isBrowserRequest(without('accept-encoding', ['range', 'bytes=0-']))).toBe(true)
  })
  it('does not call itself curl', () =>
    expect(isBrowserRequest(new Map([...browser, ['user-agent', 'curl/8']]))).toBe(false))
})
