/**
 * The admin API on a store of many infected clients: pages, exports, metrics, and the start with such a file; then pages
 * while 20,000 more hits a second are written.
 */
import { loadavg } from 'node:os'
import { callsOf } from './client-calls.ts'
import { runLoad } from './load-client.ts'
import { callApi, stageStore, takeExport } from './store-stage.ts'
import { pause, type Product } from './product.ts'
import { median, rounded, type Table } from './table.ts'

const LIMIT_MS = 50
const RUNS = 9
const EXPORTS = 3
const EXPORTED_ROWS = 300_000
const LIMIT_ROWS = 50_000
const RATE = 20_000
const LOAD_CLIENTS = 2_000
const LOAD_SECONDS = 10

/** `clients` × `indicators`, every pair of them hit. */
export async function clients(clientCount: number, indicatorCount: number): Promise<Table> {
  const stage = stageStore(clientCount, indicatorCount)
  const { product, built } = stage
  const startMs = performance.now()
  try {
    await product.start()
    const readyMs = performance.now() - startMs
    await callApi(product, '/api/v1/clients?limit=1')
    const firstPageMs = performance.now() - startMs
    await pause(3000)
    const residentMb = product.residentMb
    const calls = await callsOf(product, stage.names)
    const rows: (string | number)[][] = []
    for (const [what, path] of calls) rows.push([what, ...(await timed(product, path))])
    for (const what of ['clients', 'cases', 'hits']) {
      for (const format of ['csv', 'ndjson']) rows.push([`export of ${what}, ${format}`, ...(await exported(product, what, format))]) // prettier-ignore
    }
    const beside = runLoad({ port: product.port, names: stage.names, clients: LOAD_CLIENTS, perSecond: RATE, seconds: LOAD_SECONDS }) // prettier-ignore
    await pause(2000)
    for (const [what, path] of calls.slice(0, 8)) rows.push([`${what}, ${RATE.toLocaleString('en')} hits a second beside`, ...(await timed(product, path))]) // prettier-ignore
    const { unanswered } = await beside
    return {
      title: `clients: ${clientCount.toLocaleString('en')} clients × ${indicatorCount.toLocaleString('en')} indicators`,
      columns: ['what', 'rows', 'least ms', 'median ms', 'worst ms', `median below ${LIMIT_MS} ms`],
      rows,
      note:
        `${built.pairs.toLocaleString('en')} pairs in ${(built.bytes / 1e6).toFixed(0)} MB, ${rounded(built.bytes / built.pairs, 1)} bytes each; ` +
        `written in ${rounded(built.commitSeconds, 0)} s, ${rounded((built.commitSeconds * 1e6) / built.pairs, 1)} µs each, the longest commit ${Math.round(built.worstCommitMs)} ms. ` +
        `Ready after ${Math.round(readyMs)} ms, first page after ${Math.round(firstPageMs)} ms, ` +
        `resident ${residentMb} MB, in the end ${product.residentMb} MB (peak ${product.peakMb} MB). Unanswered beside: ${unanswered}. ` +
        `Load of the machine in the end ${loadavg()[0]!.toFixed(1)}.`,
    }
  } finally {
    await product.close()
  }
}

async function timed(product: Product, path: string): Promise<(string | number)[]> {
  const times: number[] = []
  let rows = 1
  for (let run = 0; run < RUNS; run++) {
    const { body, tookMs } = await callApi<{ items?: unknown[] }>(product, path)
    rows = body.items?.length ?? 1
    times.push(tookMs)
  }
  return [rows, ...spread(times), median(times) < LIMIT_MS ? 'yes' : 'NO']
}

async function exported(product: Product, what: string, format: string): Promise<(string | number)[]> {
  const times: number[] = []
  let rows = 0
  for (let run = 0; run < EXPORTS; run++) {
    const taken = await takeExport(product, `/api/v1/export/${what}?format=${format}`, EXPORTED_ROWS)
    rows = taken.rows
    times.push(taken.seconds * 1000)
  }
  const perSecond = Math.round((rows * 1000) / Math.min(...times))
  return [rows, ...spread(times), `${perSecond.toLocaleString('en')} rows a second${perSecond < LIMIT_ROWS ? ': NO' : ''}`] // prettier-ignore
}

function spread(times: readonly number[]): number[] {
  return [rounded(Math.min(...times), 1), rounded(median(times), 1), rounded(Math.max(...times), 1)]
}
