/** Any thread of the product; a resolver thread cannot find how to wake its event loop, and reads packets one by one. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { workerData } from 'node:worker_threads'

const { name } = workerData as { name: string }
if (name.startsWith('resolver-')) {
  const readlinkSync = fs.readlinkSync
  fs.readlinkSync = ((path: string) =>
    path.startsWith('/proc/self/fd/') ? 'something else' : readlinkSync(path)) as typeof fs.readlinkSync
  syncBuiltinESMExports()
}
await import(`../../src/${name.replace(/-\d+$/, '')}.ts`)
