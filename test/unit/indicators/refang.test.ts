import { describe, expect, it } from 'vitest'
import { refang } from '../../../src/indicators/refang.ts'
import { wordsOf } from '../../../src/indicators/words.ts'

const first = (text: string): string => wordsOf(refang(text), text)[0]?.text ?? ''

describe('refanging', () => {
  it.each([
    'evil[.]com', 'evil(.)com', 'evil{.}com', 'evil<.>com', 'evil[dot]com', 'evil(DOT)com', 'evil [.] com', 'evil[ . ]com', 'evil[.com',
    'evil.]com', 'evil dot com', 'evil\\.com', 'evil[\\.]com', 'evil．com', 'evil。com', 'evil․com', 'evil·com', 'ｅｖｉｌ.com', 'e\u00advil.c\u200bom',
    '\u200eevil.com\u200f', '"evil.com",', '(evil.com)', '[evil.com]', 'evil.com.', '“evil.com”', '• evil.com', '=>evil.com', 'evil.com\u00b9', '𝐞𝐯𝐢𝐥.com',
  ])('%s is evil.com', (text) => expect(first(text)).toBe('evil.com')) // prettier-ignore

  it.each([
    ['hxxp://evil.com', 'http://evil.com'],
    ['hXXps[:]//evil[.]com/a', 'https://evil.com/a'],
    ['h**p[://]evil.com', 'http://evil.com'],
    ['http[:]//evil[.]com[/]a', 'http://evil.com/a'],
    ['meow://evil.com', 'http://evil.com'],
    ['fxp://evil.com', 'ftp://evil.com'],
    ['hxxp:\\\\evil.com\\a', 'http://evil.com\\a'],
    ['user[@]evil[.]com', 'user@evil.com'],
    ['user(at)evil(dot)com', 'user@evil.com'],
    ['1[.]2[.]3[.]4[:]80', '1.2.3.4:80'],
    ['[2001:db8::1]:80', '[2001:db8::1]:80'],
    ['mal‑ware.com', 'mal-ware.com'],
    ['(see http://evil.com/x)', 'see'],
  ])('%s is %s', (text, expected) => expect(first(text)).toBe(expected))

  it('quotes a word as it stood in the file', () => {
    const text = 'xem e\u00advil [.] com, nhé'
    const word = wordsOf(refang(text), text)[1]!
    expect(word).toMatchObject({ text: 'evil.com', written: 'e\u00advil [.] com', isDefanged: true })
  })

  it('what only looks like ours in a file is not taken for it', () => {
    expect(first('evil\ue000com')).toBe('evilcom')
  })

  it.each(['a.com,b.com', 'a.com;b.com', 'a.com|b.com', 'a.com (b.com)', 'a.com=b.com', 'http://a.com/x,http://b.com/y'])('%s is two words', (text) => expect(wordsOf(refang(text), text)).toHaveLength(2)) // prettier-ignore

  it('a label is told apart from what it labels, and from a port', () => {
    const words = (text: string): string[] => wordsOf(refang(text), text).map((word) => word.text)
    expect(words('C2:evil.com')).toEqual(['C2:', 'evil.com'])
    expect(words('evil.com:8080')).toEqual(['evil.com:8080'])
    expect(words('fe80::1')).toEqual(['fe80::1'])
  })
})
