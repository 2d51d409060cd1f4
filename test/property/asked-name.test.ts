import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedName } from '../../src/web/console/pages/lookup/asked-name.ts'

const label = fc.stringMatching(/^[a-z\d](?:[a-z\d-]{0,10}[a-z\d])?$/)
const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'))
const dot = fc.constantFrom('.', '[.]', '(.)', '{.}', '[DOT]')
const scheme = fc.constantFrom('', 'http://', 'hxxps://', 'hxxp[:]//', 'ftp://', 'https://u:p@')
const port = fc.option(
  fc.integer({ min: 1, max: 65_535 }).map((number) => `:${number}`),
  { nil: '' },
)
const path = fc.constantFrom('', '/', '/a/b.php?c=1#d', '?q', '#x')

test('a name is found in whatever it is pasted as', () => {
  fc.assert(
    fc.property(name, dot, scheme, port, path, (plain, spelling, before, number, behind) => {
      const rest = before === '' ? '' : behind
      expect(askedName(` ${before}${plain.replaceAll('.', spelling)}${number}${rest} `)).toBe(plain)
    }),
  )
})

test('what is no name stays a text, and asking again changes nothing about a name', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), name, (text, plain) => {
      expect(askedName(text).length).toBeLessThanOrEqual(text.length)
      expect(askedName(askedName(plain))).toBe(plain)
    }),
  )
})
