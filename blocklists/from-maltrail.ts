/**
 * Cuts a maltrail trail (https://github.com/stamparm/maltrail, trails/static/malware) down to the names a resolver can
 * enforce: what the `domains` format takes, sorted, each once; addresses, ports, paths and URLs of addresses stay behind.
 *
 *   node blocklists/from-maltrail.ts TRAIL.txt "who" 2026-08 > blocklists/ID.txt
 */
import { readFileSync } from 'node:fs'
import { nameToText } from '../src/wire/name.ts'
import { domains } from '../src/lists/formats/domains.ts'
import { LineSplitter } from '../src/lists/lines.ts'

const [path, who, date] = process.argv.slice(2)
if (!path || !who || !date) throw new Error('usage: from-maltrail.ts TRAIL.txt WHO DATE')

const names = new Set<string>()
const reader = domains(
  {
    lineNumber: 0,
    name: (wire) => void names.add(nameToText(wire)),
    address() {},
    refuse() {},
    skip() {},
  },
  'subtree',
)
const lines = new LineSplitter({
  line: (bytes, start, end) => reader.line(bytes, start, end),
  tooLong() {},
})
lines.push(readFileSync(path))
lines.end()

const file = path.slice(path.lastIndexOf('/') + 1)
process.stdout.write(
  [
    `# ${who}`,
    `# Source: maltrail, trails/static/malware/${file}, ${date}; names only. MIT, see LICENSE.maltrail`,
    ...[...names].sort(),
    '',
  ].join('\n'),
)
