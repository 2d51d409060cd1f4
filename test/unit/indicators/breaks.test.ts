import { domainToASCII } from 'node:url'
import { describe, expect, it } from 'vitest'
import { joinLines } from '../../../src/indicators/lines.ts'
import { NOWHERE, readPassage } from '../../../src/indicators/passage.ts'

/** What becomes of the lines of a cell under a heading. */
function read(lines: string, isFull: boolean | null = null): string[] {
  return joinLines(lines.split('/ ').map((text) => ({ text, isFull })))
    .flatMap((line) => readPassage(line, { ...NOWHERE, heading: 'indicator' }))
    .map(({ decision, value, readings }) => [decision, value, ...(readings.length > 0 ? [readings.join('|')] : [])].join(' ')) // prettier-ignore
}

describe('a name broken over lines', () => {
  it.each([
    ['evil/ .com', 'accept evil.com'],
    ['evil./ com', 'accept evil.com'],
    ['evil[/ .]com', 'accept evil.com'],
    ['evil[./ ]com', 'accept evil.com'],
    ['evil[d/ ot]com', 'accept evil.com'],
    ['evil[./ com', 'accept evil.com'],
    ['evil [.] / com', 'accept evil.com'],
    ['evil.c/ om', 'accept evil.com'],
    ['co\u0302/ \u0301c.vn', `accept ${domainToASCII('cốc.vn')}`],
    ['hxxp:/ //evil.com', 'accept evil.com'],
    ['hx/ xp://evil.com', 'accept evil.com'],
    ['hxxp://ev/ il.com', 'accept evil.com'],
    ['192.0.2./ 1', 'accept 192.0.2.1'],
    ['185.1/ 83.2/ 11.91', 'accept 185.183.211.91'],
    ['abc@ev/ il.com', 'refuse abc@evil.com'],
    ['44d88612fea8a8f36de8/ 2e1278abb02f', 'refuse 44d88612fea8a8f36de82e1278abb02f'],
    ['http://evil.com/a/ b/c.php', 'hold http://evil.com/ab/c.php'],
  ])('%s: %s', (lines, expected) => {
    expect(read(lines)).toEqual([expected])
  })

  it.each([
    ['mal-/ ware.com', 'mal-ware.com', 'malware.com'],
    ['malware/ domain.com', 'malwaredomain.com', 'domain.com'],
    ['one.com/ .two.com', 'one.com.two.com', 'two.com'],
    ['evil.co/ m', 'evil.com', 'evil.co'],
    ['203.0.113.1/ 23', '203.0.113.123', '203.0.113.1'],
    ['cdn./ evil.com', 'cdn.evil.com', 'evil.com'],
    ['evil.co/ m.vn', 'evil.com.vn', 'evil.co'],
    ['evil.qa/ tar.com', 'evil.qatar.com', 'tar.com'],
    ['setup.co/ nfig', 'setup.config', 'setup.co'],
    ['ngânhà/ ng.vn', domainToASCII('ngânhàng.vn'), 'ng.vn'],
    ['q/ x8z.o3/ f7z.me', 'qx8z.o3f7z.me', 'x8z.o3f7z.me'],
  ])('%s may be %s or %s: a person decides', (lines, whole, other) => {
    const [item, ...more] = read(lines)
    expect(more).toEqual([])
    expect(item).toMatch(/^hold/)
    expect(item!.split(/[ |]/)).toContain(whole)
    expect(item!.split(/[ |]/)).toContain(other)
  })

  it.each([
    ['evil.com/ bad.net/ worse.org', ['accept evil.com', 'accept bad.net', 'accept worse.org']],
    ['evil.com/ www.evil.com', ['accept evil.com', 'accept www.evil.com']],
    ['1. evil.com/ 2. bad.net', ['accept evil.com', 'accept bad.net']],
    ['Tên miền/ evil.com', ['accept evil.com']],
    ['Máy chủ C2/ evil.com', ['accept evil.com']],
    ['invoice.doc/ evil.com', ['refuse invoice.doc', 'accept evil.com']],
    ['evil.com/ (APT32)', ['accept evil.com']],
    ['hxxp://evil.com/ hxxp://bad.net', ['accept evil.com', 'accept bad.net']],
    ['203.0.113.5/ 203.0.113.6', ['accept 203.0.113.5', 'accept 203.0.113.6']],
  ])('%s stay apart', (lines, expected) => expect(read(lines)).toEqual(expected))

  it('a line without room for another letter goes on in the next', () => {
    expect(read('malware/ domain.com', true)).toEqual(['accept malwaredomain.com'])
    expect(read('evil.co/ m', true)).toEqual(['accept evil.com'])
    expect(read('antivirus/ -free.info', true)).toEqual(['accept antivirus-free.info'])
  })

  it('a list in a cell stays one though one of its names is cut', () => {
    expect(read('evil[.]com/ bad[/ .]net/ worse[.]ru/ last[.]cc')).toEqual(['accept evil.com', 'accept bad.net', 'accept worse.ru', 'accept last.cc']) // prettier-ignore
  })
})
