/**
 * Hostile messages, each through the whole query path in this process, and over the frame reader where it is TCP's:
 * however a message is made, it costs less than 5 ms.
 */
import { frame, FrameReader } from '../../src/net/framing.ts'
import { encodeName } from '../support/dns-client.ts'
import { PathBench } from '../support/path-bench.ts'
import {
  pointer,
  wireMessage,
  wireOpt,
  wireOption,
  wireQuestion,
  wireRecord,
  words,
} from '../support/wire-parts.ts'
import { rounded, median, type Table } from './table.ts'

const LIMIT_MS = 5
const WARM_RUNS = 20
const ANSWER_BYTES = 65_535

type Shape = readonly [name: string, run: (bench: PathBench, number: number) => void]

function repeated(count: number, part: Uint8Array): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => part))
}

const question = wireQuestion('shop.example', 'A')
const address = wireRecord(Buffer.from([0]), 'A', 60, Buffer.from([192, 0, 2, 1]))
const labels127 = Buffer.concat([repeated(127, Buffer.from([1, 97])), Buffer.from([0])])

/** Names that begin behind each other and end by pointing backwards, one hop more each. */
function pointerChain(from: number, hops: number): Buffer {
  const links = Array.from({ length: hops }, (_, hop) => pointer(hop === 0 ? 12 : from + (hop - 1) * 2))
  return Buffer.concat(links)
}

/** A query that comes over TCP in one piece. */
function overTcp(message: Buffer): Shape[1] {
  const stream = Uint8Array.from(frame(message, message.length))
  return (bench) => {
    const reader = new FrameReader(
      (bytes, length) => void bench.send(bytes.subarray(0, length), undefined, 1),
    )
    reader.push(stream)
  }
}

/** A clean name asked, and the answer of the upstream to it. */
function answered(
  records: (questionEnd: number) => readonly Uint8Array[],
  opt: readonly Uint8Array[] = [],
): Shape[1] {
  return (bench, number) => {
    bench.ask(`n${number}.shop.example`)
    const { bytes, id, reply } = bench.datagrams.last
    const asked = Buffer.from(bytes.subarray(12, bytes.indexOf(0, 12) + 5))
    reply(wireMessage({ id, flags: 0x8180, questions: [asked], answers: records(12 + asked.length), additional: opt })) // prettier-ignore
  }
}

/** Rdata of TXT records that are one long chain of pointers, and records whose owners walk along it. */
function chainedAnswers(start: number): Buffer[] {
  const chain = pointerChain(start + 12, 120)
  const head = wireRecord(pointer(12), 10, 60, chain)
  const owner = pointer(start + 12 + chain.length - 2)
  const most = Math.floor((4000 - start - head.length) / 16)
  return [
    head,
    ...Array.from({ length: most }, () => wireRecord(owner, 'A', 60, Buffer.from([192, 0, 2, 1]))),
  ]
}

const manyOptions = wireMessage({ id: 1, questions: [question], additional: [wireOpt(repeated(10_000, wireOption(10)))] }) // prettier-ignore
const manyRecords = wireMessage({ id: 1, counts: [1, 0, 0, 5001], questions: [question], additional: [repeated(5000, wireRecord(Buffer.from([0]), 'A', 0, Buffer.alloc(0))), wireOpt()] }) // prettier-ignore
// The question's own name is the chain: each pointer leads two octets back, none ends anywhere.
const chainInQuestion = wireMessage({ id: 1, counts: [1, 0, 0, 0], questions: [Buffer.from([1, 97]), repeated(600, pointer(12)), words(1, 1)] }) // prettier-ignore
const fullTcp = wireMessage({ id: 1, counts: [1, 0, 0, 1], questions: [question], additional: [wireOpt(Buffer.alloc(ANSWER_BYTES - 12 - question.length - 11 - 2))] }) // prettier-ignore

const SHAPES: readonly Shape[] = [
  ['10,000 options in the OPT of a query', overTcp(manyOptions)],
  ['5,000 records before the OPT of a query', overTcp(manyRecords)],
  ['pointers in the question', (bench) => void bench.send(chainInQuestion)],
  ['127 labels, clean', (bench) => void bench.send(wireMessage({ id: 1, questions: [Buffer.concat([labels127, words(1, 1)])] }))], // prettier-ignore
  ['127 labels under a listed name', (bench) => void bench.send(wireMessage({ id: 1, questions: [wireQuestion(`${'a.'.repeat(119)}evil.test`, 'A')] }))], // prettier-ignore
  ['64 KB over TCP', overTcp(fullTcp)],
  ['pointer chains in an answer of 4 KB', answered(chainedAnswers)],
  ['64 KB of records in an answer', answered((end) => [repeated(Math.floor((ANSWER_BYTES - end) / address.length), address)])], // prettier-ignore
  ['aliases to names of 127 labels', answered(() => Array.from({ length: 200 }, () => wireRecord(pointer(12), 'CNAME', 60, labels127)))], // prettier-ignore
  ['10,000 options in the OPT of an answer', answered(() => [wireRecord(pointer(12), 'A', 60, Buffer.from([192, 0, 2, 1]))], [wireOpt(repeated(10_000, wireOption(10)))])], // prettier-ignore
  ['an alias to a listed name behind 64 others', answered(() => [...Array.from({ length: 64 }, (_, i) => wireRecord(`d${i}.example`, 'CNAME', 60, encodeName(`d${i + 1}.example`))), wireRecord(pointer(12), 'CNAME', 60, encodeName('x.evil.test'))])], // prettier-ignore
]

export function shapes(runs = 200): Promise<Table> {
  const rows = SHAPES.map(([name, run]) => {
    const bench = new PathBench()
    bench.lists([['evil.test', 'subtree', 0]])
    const times: number[] = []
    for (let number = 0; number < WARM_RUNS + runs; number++) {
      // Past every question that is still open, and into another second of the rate limit.
      bench.clock.advance(11_000)
      bench.datagrams.sent.length = 0
      const startMs = performance.now()
      run(bench, number)
      if (number >= WARM_RUNS) times.push(performance.now() - startMs)
    }
    bench.exchange.close()
    const worst = Math.max(...times)
    return [name, rounded(median(times), 3), rounded(worst, 3), worst < LIMIT_MS ? 'yes' : 'NO']
  })
  return Promise.resolve({
    title: `shapes: one hostile message each, ${runs} runs after ${WARM_RUNS}`,
    columns: ['message', 'median ms', 'worst ms', `below ${LIMIT_MS} ms`],
    rows,
    note: 'With what it takes to build the message, where that is an answer.',
  })
}
