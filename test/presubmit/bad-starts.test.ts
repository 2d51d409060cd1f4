/** The table of bad starts holds what the program really says: an officer looks the words up there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** All of the source, string pieces that stand on several lines joined. */
const source = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n')
  .replaceAll(/['`] \+\s*['`]/g, '')

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const section = page.split('\n## When it does not start\n')[1]!.split('\n## ')[0]!
const messages = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| message'))
  .flatMap((row) => [...row.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map(([, message]) => message!))

describe('the table of bad starts', () => {
  it('holds many', () => expect(messages.length).toBeGreaterThan(20))

  it.each(messages)('%s: is what the source says', (message) => {
    // What changes from case to case stands as `…`, or as an example at the end.
    const pieces = message
      .replace(/(systemd-resolved|dnsmasq|another process) ?(\(process \d+\))?$/, '')
      .split('…')
      .map((piece) => piece.trim())
      .filter((piece) => piece.length > 2)
    expect(pieces.length).toBeGreaterThan(0)
    expect(pieces.filter((piece) => !source.includes(piece))).toEqual([])
  })
})
