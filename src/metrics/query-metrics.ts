/** Queries and answers: sums over the resolver threads' counters, which live in shared memory. */
import { Rcode } from '../wire/constants.ts'
import {
  DURATION_BUCKETS, OUTCOMES, RCODE_PLACES, TRANSPORTS, type Counters, type NamedCounter, type Outcome,
} from './counters.ts' // prettier-ignore
import { single, type Declarations, type Distribution, type Sample } from './declare.ts'

/** Mnemonics of RFC 1035, 2136 and 6891 as Prometheus users know them; others are published as `RCODE7`. */
const RCODE_NAMES = new Map<number, string>([
  [Rcode.NoError, 'NOERROR'],
  [Rcode.FormErr, 'FORMERR'],
  [Rcode.ServFail, 'SERVFAIL'],
  [Rcode.NxDomain, 'NXDOMAIN'],
  [Rcode.NotImp, 'NOTIMP'],
  [Rcode.Refused, 'REFUSED'],
  [Rcode.BadVers, 'BADVERS'],
  [RCODE_PLACES - 1, 'OTHER'],
])

/** Always published, so that a rate over them begins at 0 and not at the first answer. */
const USUAL_RCODES: readonly number[] = [Rcode.NoError, Rcode.ServFail, Rcode.NxDomain, Rcode.Refused]

export function declareQueryMetrics(declare: Declarations, threads: readonly Counters[]): void {
  const sum = (read: (counters: Counters) => number): number =>
    threads.reduce((total, counters) => total + read(counters), 0)
  const named = (name: NamedCounter) => () => single(sum((counters) => counters.named(name)))

  declare.counter('queries_total', 'Queries received, by transport.', ['transport'], () =>
    TRANSPORTS.map((transport, index) => [
      { transport },
      sum((counters) => counters.queries(index as 0 | 1)),
    ]),
  )
  declare.counter('answers_total', 'Queries finished, by what became of them.', ['outcome'], () =>
    OUTCOMES.map((outcome, index) => [{ outcome }, sum((counters) => counters.answers(index as Outcome))]),
  )
  declare.counter('responses_total', 'Responses sent, by response code.', ['rcode'], () => rcodes(sum))
  declare.histogram(
    'answer_duration_seconds',
    'Time from a query to its end, by what became of it.',
    ['outcome'],
    DURATION_BUCKETS,
    () => OUTCOMES.map((outcome, index) => distribution(threads, outcome, index as Outcome)),
  )

  declare.counter(
    'udp_truncated_total',
    'Datagrams dropped because they were longer than any query, or came to a wildcard address without word of the address asked.',
    [],
    named('udpTruncated'),
  )
  declare.counter('udp_receive_drops_total', 'Datagrams the kernel dropped because a receive buffer was full.', [], named('udpReceiveDrops')) // prettier-ignore
  declare.counter(
    'udp_send_errors_total',
    'Datagrams the kernel refused to send.',
    [],
    named('udpSendErrors'),
  )
  declare.counter('rate_limited_total', 'Queries over the limit of their client.', [], named('rateLimited'))
  declare.counter('bypass_queries_total', 'Queries of clients that ask other resolvers and were brought here by the firewall (bypass.listen).', [], named('bypassQueries')) // prettier-ignore
  declare.counter('screened_again_total', 'Cached answers screened again under a newer policy.', [], named('screenedAgain')) // prettier-ignore
  declare.counter(
    'coalesced_total',
    'Queries that joined one already on its way upstream.',
    [],
    named('coalesced'),
  )
  declare.counter('tcp_refused_total', 'TCP connections closed at once because too many were open.', [], named('tcpRefused')) // prettier-ignore
  declare.gauge('tcp_connections', 'TCP connections of clients open now.', [], named('tcpConnections'))
  declare.gauge('cache_entries', 'Answers in the caches of all resolver threads.', [], named('cacheEntries'))
  declare.gauge('cache_bytes', 'Bytes held by the caches of all resolver threads.', [], named('cacheBytes'))
}

function rcodes(sum: (read: (counters: Counters) => number) => number): Sample<'rcode'>[] {
  const samples: Sample<'rcode'>[] = []
  for (let rcode = 0; rcode < RCODE_PLACES; rcode++) {
    const count = sum((counters) => counters.responses(rcode))
    if (count === 0 && !USUAL_RCODES.includes(rcode)) continue
    samples.push([{ rcode: RCODE_NAMES.get(rcode) ?? `RCODE${rcode}` }, count])
  }
  return samples
}

function distribution(
  threads: readonly Counters[],
  outcome: string,
  index: Outcome,
): Distribution<'outcome'> {
  const buckets = new Float64Array(DURATION_BUCKETS.length + 1)
  let sum = 0
  for (const counters of threads) {
    const part = counters.durations(index)
    part.buckets.forEach((count, bucket) => (buckets[bucket]! += count))
    sum += part.sum
  }
  return { labels: { outcome }, buckets, sum }
}
