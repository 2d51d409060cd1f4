import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findEntries } from '../../../src/lists/entry-line.ts'
import { temporaryDirectory } from './support.ts'

const find = async (text: string, format: 'auto' | 'rpz' | 'addresses', wanted: string[]) => {
  const path = join(temporaryDirectory(), 'list')
  writeFileSync(path, text)
  const digest = createHash('sha256').update(text).digest('hex')
  const found = await findEntries(
    path,
    { format, match: 'subtree', isApproved: false },
    new Set(wanted),
    digest,
  )
  return Object.fromEntries([...found].map(([text, { line }]) => [text, line]))
}

it('finds the first line of each indicator, however it is spelt there', async () => {
  const text = '# a list\nother.test\nEVIL.Test.\ncốccốc.vn\nevil.test\n192.0.2.0/24\n192.0.2.9\n'
  expect(await find(text, 'auto', ['evil.test', 'xn--cccc-0x5ac.vn', '192.0.2.0/24', 'absent.test'])).toEqual(
    { 'evil.test': 3, 'xn--cccc-0x5ac.vn': 4, '192.0.2.0/24': 6 },
  )
})

it('finds them in a zone, where owners are relative', async () => {
  const zone =
    '$TTL 60\n$ORIGIN rpz.test.\n@ SOA a. b. 1 1 1 1 1\n NS a.\nevil.test CNAME .\n*.evil.test CNAME .\n'
  expect(await find(zone, 'rpz', ['evil.test'])).toEqual({ 'evil.test': 5 })
})

it('finds the clients a zone names', async () => {
  const zone = '$TTL 60\n@ SOA a. b. 1 1 1 1 1\n NS a.\n24.0.1.1.10.rpz-client-ip CNAME rpz-drop.\n'
  expect(await find(zone, 'rpz', ['10.1.1.0/24'])).toEqual({ '10.1.1.0/24': 4 })
})

it('tells no line of another version than the one that is in force', async () => {
  const path = join(temporaryDirectory(), 'list')
  writeFileSync(path, 'new.test\nevil.test\n')
  const before = createHash('sha256').update('evil.test\n').digest('hex')
  const lines = await findEntries(
    path,
    { format: 'auto', match: 'subtree', isApproved: false },
    new Set(['evil.test']),
    before,
  )
  expect(lines.size).toBe(0)
})

it('says why it cannot look', async () => {
  await expect(
    findEntries(
      '/nonexistent/list',
      { format: 'auto', match: 'subtree', isApproved: false },
      new Set(['a']),
      '',
    ),
  ).rejects.toThrow('there is no such file')
})
