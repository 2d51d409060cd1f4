/** Lists that are fetched, as the API, the health and the metrics tell of them. */
import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { feedTroubles } from '../../../src/admin/health/feed-troubles.ts'
import type { FeedStatus } from '../../../src/feeds/feed-status.ts'
import { AUTHORISED, createFixture, JSON_AUTHORISED, NOW } from './fake-threads.ts'

function status(changes: Partial<FeedStatus> = {}): FeedStatus {
  return {
    id: 'hostsvn', url: 'https://lists.example/hosts.txt', state: 'ok', lastSuccessMs: NOW - 5000, nextMs: NOW + 60_000, failures: 2,
    failuresInRow: 0, error: null, advice: null, receivedBytes: null, totalBytes: null, entries: 7, bytes: 90, sha256: 'ab',
    trustedComment: null, signedAtMs: null,
    history: [{ atMs: NOW - 5000, tookMs: 9, outcome: 'taken', bytes: 90, entriesBefore: null, entriesAfter: 7, reason: null, isForced: false }],
    ...changes,
  } // prettier-ignore
}

const FAILED = status({
  state: 'failed',
  failuresInRow: 3,
  error: '/etc/token cannot be read',
  advice: 'mend it',
})

/** Feeds that note what is asked of them. */
function feedsOf(...all: FeedStatus[]) {
  const asked: [id: string, isForced: boolean][] = []
  return {
    asked,
    status: () => all,
    fetch: async (id: string, isForced: boolean) => {
      asked.push([id, isForced])
      return all.find((one) => one.id === id) ?? null
    },
  }
}

describe('GET /feeds', () => {
  it('shows each with its history', async () => {
    const { app } = await createFixture({ feeds: feedsOf(status()) })
    const reply = await app.inject({ url: '/api/v1/feeds', headers: AUTHORISED })
    expect(reply.json()).toMatchObject({
      items: [
        {
          id: 'hostsvn',
          state: 'ok',
          lastSuccessAt: new Date(NOW - 5000).toISOString(),
          nextAt: new Date(NOW + 60_000).toISOString(),
          signedAt: null,
          history: [{ at: new Date(NOW - 5000).toISOString(), outcome: 'taken', entriesAfter: 7 }],
        },
      ],
    })
  })

  it('keeps what went wrong from those who may not read the settings', async () => {
    const { app, accounts } = await createFixture({ feeds: feedsOf(FAILED) })
    const { secret } = accounts.tokens.add(
      { principal: socketPrincipal(null), source: 'socket' },
      { name: 'xem', role: 'officer', units: null, expiresAt: NOW + 1e6 },
    )
    const ask = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/api/v1/feeds', headers })).json<{ items: { error: string | null; advice: string | null }[] }>().items[0]
    expect(await ask(AUTHORISED)).toMatchObject({ error: '/etc/token cannot be read', advice: 'mend it' })
    expect(await ask({ ...AUTHORISED, authorization: `Bearer ${secret}` })).toMatchObject({ error: null, advice: null })
  }) // prettier-ignore
})

describe('POST /feeds/{id}/fetch', () => {
  it('fetches, and is on record', async () => {
    const feeds = feedsOf(status())
    const { app, accounts } = await createFixture({ feeds })
    const fetch = (id: string, payload: object) =>
      app.inject({ method: 'POST', url: `/api/v1/feeds/${id}/fetch`, headers: JSON_AUTHORISED, payload })
    expect((await fetch('hostsvn', { force: true, reason: 'rút gọn' })).json()).toMatchObject({ id: 'hostsvn' })
    expect((await fetch('nobody', {})).statusCode).toBe(404)
    expect((await fetch('hostsvn', { forced: true })).statusCode).toBe(400)
    expect(feeds.asked).toEqual([['hostsvn', true]])
    expect(accounts.trail.read({ limit: 1 }).items[0]).toMatchObject({ action: 'list.change', target: 'list:hostsvn', reason: 'rút gọn', details: '{"fetch":true,"force":true}' })
  }) // prettier-ignore
})

describe('health', () => {
  const keys = (...all: FeedStatus[]): string[] => feedTroubles(all).map(({ detail }) => detail.en)

  it('says nothing of a list that came, or of a line that was down for a moment', () => {
    expect(keys(status(), status({ state: 'failed', failuresInRow: 2 }), status({ state: 'waiting', entries: null }))).toEqual([])
  }) // prettier-ignore

  it('says at once what is not believed, and what never came', () => {
    expect(keys(status({ state: 'refused', failuresInRow: 1 }))).toEqual(['what was fetched of hostsvn is not taken; what is there stays'])
    expect(keys(status({ state: 'failed', failuresInRow: 1, entries: null, lastSuccessMs: null }))).toEqual(['hostsvn cannot be fetched: it never was'])
    expect(keys(FAILED)).toEqual([`hostsvn cannot be fetched: the last time was ${new Date(NOW - 5000).toISOString()}`])
  }) // prettier-ignore

  it('goes on saying it while it is tried again', () => {
    expect(keys(status({ state: 'fetching', failuresInRow: 5 }))).toHaveLength(1)
  })

  it('stands among the lists', async () => {
    const { app } = await createFixture({ feeds: feedsOf(FAILED) })
    const { degraded } = (await app.inject({ url: '/readyz' })).json<{ degraded: { part: string }[] }>()
    expect(degraded).toMatchObject([{ part: 'lists', detail: expect.stringContaining('hostsvn cannot be fetched') as string }]) // prettier-ignore
  })
})

describe('metrics', () => {
  it('tell each list', async () => {
    const { metrics } = await createFixture({
      feeds: feedsOf(
        status(),
        { ...FAILED, id: 'b' },
        status({ id: 'c', state: 'waiting', lastSuccessMs: null }),
      ),
    })
    const lines = (await metrics.render()).split('\n').filter((line) => line.startsWith('thanhloc_feed_'))
    expect(lines).toEqual([
      'thanhloc_feed_up{list="hostsvn"} 1',
      'thanhloc_feed_up{list="b"} 0',
      `thanhloc_feed_last_success_timestamp_seconds{list="hostsvn"} ${(NOW - 5000) / 1000}`,
      `thanhloc_feed_last_success_timestamp_seconds{list="b"} ${(NOW - 5000) / 1000}`,
      'thanhloc_feed_failures_total{list="hostsvn"} 2',
      'thanhloc_feed_failures_total{list="b"} 2',
      'thanhloc_feed_failures_total{list="c"} 2',
    ])
  })
})
