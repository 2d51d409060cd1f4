/** Whether everything that is asked is answered, in a few seconds; says nothing of how fast. */
import { runLoad } from './load-client.ts'
import { listedNames, mixedNames, startUpstream, warm } from './names.ts'
import { Product } from './product.ts'
import type { Table } from './table.ts'

export async function smoke(): Promise<Table> {
  const up = await startUpstream()
  const listed = listedNames(1000)
  const names = mixedNames(listed).slice(0, 500)
  const product = await Product.start({ names: listed, upstreamPort: up.port })
  try {
    await warm(product.port, names)
    const report = await runLoad({ port: product.port, names, perSecond: 2000, seconds: 2, inRow: 1 })
    const { sent, unanswered, notNoError } = report
    if (sent === 0 || unanswered + notNoError > 0) process.exitCode = 1
    return {
      title: 'smoke: nine cached names to one blocked',
      columns: ['asked', 'unanswered', 'not NOERROR'],
      rows: [[sent, unanswered, notNoError]],
    }
  } finally {
    await product.close()
    await up.stop()
  }
}
