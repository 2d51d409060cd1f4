import { expect, it } from 'vitest'
import type { GroupSettings } from '../../../src/config/settings.ts'
import { groupsOf, settingsDigest } from '../../../src/lists/configured.ts'
import { actionsAt } from '../../../src/lists/validity.ts'
import { listSettings, settingsOf } from './settings.ts'

const local = (year: number, month: number, day: number): number => new Date(year, month - 1, day).getTime()
const NOTHING = { own: [], upstreams: [] }
const group = (lists: GroupSettings['lists']): GroupSettings => ({
  id: 'testers',
  networks: ['10.1.0.0/16'],
  units: [],
  clients: ['10.1.0.0/16'],
  lists,
})
/** A list on trial of one day. */
const trial = listSettings('trial', '/trial', { from: '2026-08-23', until: '2026-08-23', action: 'log' })

it('lets no group block by a list outside its days', () => {
  const settings = settingsOf([trial, listSettings('ads', '/ads', { until: '2026-08-01' })], {
    groups: [group({ trial: 'sinkhole', ads: 'off' })],
  })
  const at = (day: number) => groupsOf(settings, local(2026, 8, day))[0]!.lists
  expect([22, 23, 24].map(at)).toEqual([
    { trial: 'log', ads: 'off' },
    { trial: 'sinkhole', ads: 'off' },
    { trial: 'log', ads: 'off' },
  ])
})

it('has another digest whenever a list does something else for a group', () => {
  const settings = settingsOf([trial], { groups: [group({ trial: 'sinkhole' })] })
  const days = [local(2026, 8, 23), local(2026, 8, 24)] as const
  expect(settingsDigest(settings, NOTHING, days[0])).not.toBe(settingsDigest(settings, NOTHING, days[1]))
  expect(actionsAt(settings.lists, days[0])).not.toBe(actionsAt(settings.lists, days[1]))
})

it.each(['feed', 'from', 'until', 'issuer', 'issued'])(
  'hears of a group that changes a list called %s',
  (id) => {
    const digest = (action: 'sinkhole' | 'off'): string =>
      settingsDigest(
        settingsOf([listSettings(id, '/list')], { groups: [group({ [id]: action })] }),
        NOTHING,
        0,
      )
    expect(digest('sinkhole')).not.toBe(digest('off'))
  },
)

it('does not mind what no snapshot holds', () => {
  const digest = (more: Parameters<typeof listSettings>[2]): string =>
    settingsDigest(settingsOf([listSettings('bad', '/bad', more)]), NOTHING, local(2026, 8, 23))
  const before = digest({})
  expect(digest({ maxAgeMs: 1, until: '2030-01-01', issuer: 'Sở', issued: '2026-01-01' })).toBe(before)
  expect(digest({ document: '12/KH' })).not.toBe(before)
})
