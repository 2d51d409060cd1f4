import { expect, test } from 'vitest'
import type { UpkeepReadings } from '../../../src/metrics/upkeep-metrics.ts'
import { parseMetrics } from '../../support/metrics-text.ts'
import { createFixture, healthyThreads, listStatus, upstreamStatus } from '../admin/fake-threads.ts'

const NOW = 1_790_000_000_000
const READINGS: UpkeepReadings = {
  directory: { room: { free: 1e9, size: 4e9 }, lastBackupMs: NOW - 5000 },
  certificateEndMs: NOW + 5000,
  adminClosed: 2,
  isConfigRefused: true,
  components: [
    { component: 'lists', state: 'ok' },
    { component: 'disk', state: 'warn' },
    { component: 'store', state: 'fail' },
    { component: 'nodes', state: 'unknown' },
  ],
}

async function samples(options: Parameters<typeof createFixture>[0]): Promise<Record<string, number>> {
  const { app, metrics } = await createFixture(options)
  const all = parseMetrics(await metrics.render()).samples
  await app.close()
  return Object.fromEntries(
    all.map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(' '), value]),
  )
}

test('what there is to see to', async () => {
  expect(await samples({ upkeep: READINGS })).toMatchObject({
    'thanhloc_disk_free_bytes data': 1e9,
    'thanhloc_disk_size_bytes data': 4e9,
    thanhloc_backup_last_success_timestamp_seconds: NOW / 1000 - 5,
    thanhloc_admin_certificate_end_timestamp_seconds: NOW / 1000 + 5,
    thanhloc_admin_closed: 2,
    thanhloc_config_refused: 1,
    'thanhloc_component_health lists': 0,
    'thanhloc_component_health disk': 1,
    'thanhloc_component_health store': 2,
  })
})

test('the clock is that of the moment', async () => {
  const { app, metrics, clock } = await createFixture()
  const read = async () => parseMetrics(await metrics.render()).samples.find(({ name }) => name === 'thanhloc_clock_timestamp_seconds')?.value // prettier-ignore
  expect(await read()).toBe(clock.wallMs() / 1000)
  clock.nowMs += 90_000
  expect(await read()).toBe(clock.wallMs() / 1000)
  await app.close()
})

test('what is not known has no value', async () => {
  const nothing = { room: null, lastBackupMs: null }
  const found = await samples({
    upkeep: { ...READINGS, directory: nothing, certificateEndMs: null },
  })
  for (const name of ['disk_free_bytes data', 'disk_size_bytes data', 'backup_last_success_timestamp_seconds', 'admin_certificate_end_timestamp_seconds', 'component_health nodes']) {
    expect(found).not.toHaveProperty([`thanhloc_${name}`])
  } // prettier-ignore
})

test('the database is in one state at a time', async () => {
  const threads = healthyThreads().on('store/status', () => ({ state: 'full', pending: 3 }))
  const found = await samples({ threads })
  const states = Object.entries(found).filter(([name]) => name.startsWith('thanhloc_store_state '))
  expect(states).toHaveLength(6)
  expect(states.filter(([, value]) => value === 1)).toEqual([['thanhloc_store_state full', 1]])
})

test('a list is up while what was read of it last is in force', async () => {
  const lists = [listStatus('a'), listStatus('b', { state: 'kept-last-good' }), listStatus('c', { state: 'failed' })] // prettier-ignore
  const answer = { lists, reloadSeconds: null, error: null as string | null }
  const threads = healthyThreads().on('lists/status', () => answer)
  expect(await samples({ threads })).toMatchObject({
    'thanhloc_list_up a': 1,
    'thanhloc_list_up b': 0,
    'thanhloc_list_up c': 0,
  })
  answer.error = 'too large'
  expect(await samples({ threads })).toMatchObject({ 'thanhloc_list_up a': 0 })
})

test('usable upstreams are counted by group, and once however many threads use them', async () => {
  const upstreams = [
    upstreamStatus('192.0.2.1:53'),
    upstreamStatus('192.0.2.2:53', { state: 'down' }),
    upstreamStatus('10.0.0.10:53', { group: 2, state: 'loop' }),
  ]
  const threads = healthyThreads().on('resolver/status', () => ({ upstreams, cache: { entries: 0, bytes: 0 } })) // prettier-ignore
  expect(await samples({ threads })).toMatchObject({
    'thanhloc_upstreams_usable general': 1,
    'thanhloc_upstreams_usable forward[1]': 0,
  })
})
