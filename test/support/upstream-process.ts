/** A fake upstream as a process of its own, for another network namespace: `upstream-process.ts ADDRESS PORT`. */
import { FakeUpstream } from './fake-upstream.ts'

const [address = '127.0.0.1', port = '53'] = process.argv.slice(2)
const up = await FakeUpstream.start({ address, port: Number(port) })
up.answer('clean.vn', 'A', '192.0.2.1')
  .answer('clean.vn', 'AAAA', '2001:db8::1')
  .answer('clean.vn', 'TXT', 'from upstream')
  .nxdomain('nowhere.vn')
  .cname('www.clean.vn', 'clean.vn')
  .answer(
    'large.vn',
    'TXT',
    Array.from({ length: 20 }, (_, number) => `${number}-`.padEnd(200, 'x')),
  )
  .truncate('large.vn')
  .answer('*', 'A', '192.0.2.9')
  .nodata('*')
console.log('listening')
