/** Matchers for replies: what failed is shown with the whole reply beside it. */
import { expect } from 'vitest'
import type { Reply, ReplyRecord } from './dns-client.ts'

export interface AnswerExpectation {
  /** Exact, or from – to, seconds. */
  readonly ttl?: number | readonly [number, number]
  /** Info codes of the Extended DNS Errors, in order. */
  readonly ede?: readonly number[]
}

/**
 * Expects NOERROR and exactly the records of `type` that `data` says (one, or several in any order), owned by `name`
 * or, where a CNAME chain leads from it, by the end of the chain.
 */
export function expectAnswer(
  reply: Reply,
  name: string,
  type: string,
  data: unknown,
  expectation: AnswerExpectation = {},
): void {
  expect(reply.rcode, show(reply)).toBe('NOERROR')
  const owner = endOfChain(reply, name, type)
  const found = reply.answers.filter((record) => record.type === type && isSame(record.name, owner))
  const wanted = Array.isArray(data) ? (data as unknown[]) : [data]
  expect(sorted(found.map((record) => record.data)), show(reply)).toEqual(sorted(wanted))
  const { ttl } = expectation
  if (ttl !== undefined) {
    const [least, most] = typeof ttl === 'number' ? [ttl, ttl] : ttl
    for (const record of found) {
      expect(record.ttl, show(reply)).toBeGreaterThanOrEqual(least)
      expect(record.ttl, show(reply)).toBeLessThanOrEqual(most)
    }
  }
  expectEde(reply, expectation)
}

/** Expects a negative answer with an SOA: `NXDOMAIN`, or `NODATA` (NOERROR and nothing in the answer section). */
export function expectNegative(
  reply: Reply,
  kind: 'NXDOMAIN' | 'NODATA',
  expectation: Pick<AnswerExpectation, 'ede'> = {},
): void {
  expect(reply.rcode, show(reply)).toBe(kind === 'NODATA' ? 'NOERROR' : kind)
  expect(reply.answers, show(reply)).toEqual([])
  expect(
    reply.authority.map((record) => record.type),
    show(reply),
  ).toEqual(['SOA'])
  expectEde(reply, expectation)
}

function expectEde(reply: Reply, { ede }: AnswerExpectation): void {
  if (ede !== undefined)
    expect(
      reply.ede.map(({ code }) => code),
      show(reply),
    ).toEqual(ede)
}

function sorted(data: readonly unknown[]): unknown[] {
  return data.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function endOfChain(reply: Reply, name: string, type: string): string {
  let owner = name
  if (type === 'CNAME') return owner
  for (let alias = 0; alias < reply.answers.length; alias++) {
    const next = reply.answers.find((record) => record.type === 'CNAME' && isSame(record.name, owner))
    if (next === undefined) break
    owner = next.data as string
  }
  return owner
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, '') === b.toLowerCase().replace(/\.$/, '')
}

function show(reply: Reply): string {
  const record = ({ name, ttl, type, data }: ReplyRecord): string =>
    `${name} ${ttl} ${type} ${Buffer.isBuffer(data) ? data.toString('hex') : JSON.stringify(data)}`
  return [
    `${reply.rcode} ${JSON.stringify(reply.question)} ede ${JSON.stringify(reply.ede)}`,
    ...reply.answers.map(record),
    ...reply.authority.map((one) => `authority ${record(one)}`),
  ].join('\n')
}
