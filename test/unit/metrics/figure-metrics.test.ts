import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { FigureBoard, type FigureView } from '../../../src/detection/cases/figure-board.ts'
import { StoreUnavailable } from '../../../src/detection/read-connection.ts'
import { Declarations } from '../../../src/metrics/declare.ts'
import { declareFigureMetrics, lookAt } from '../../../src/metrics/figure-metrics.ts'
import { CaseStore, DAY, unitOf } from '../detection/cases/setup.ts'
import { parseMetrics } from '../../support/metrics-text.ts'

const UNITS = [
  unitOf('khac', ['10.2.0.0/16']),
  unitOf('tinh', ['10.1.0.0/16'], { wan: ['203.0.113.1/32'] }),
  unitOf('xa', ['10.1.9.0/24'], { parent: 'tinh' }),
]

/** tinh: one machine, cleaned and hit again; xa: two, one of them in both campaigns; khac: a router; one of no unit. */
function lookAtStore(): FigureView {
  const store = new CaseStore({ units: UNITS })
  store.work.setListed(['tinh'])
  store.store.storeWriter.setRouters(['10.2.0.9/32'])
  store.hit({ client: '10.1.0.1' })
  store.bring(1, 'confirmed', 'cleaning', 'cleaned')
  store.pass(2 * DAY)
  store.hit({ client: '10.1.0.1' })
  store.hit({ client: '10.1.9.1', lists: [2, 1] })
  store.hit({ client: '10.1.9.2' })
  store.hit({ client: '10.2.0.9' })
  store.hit({ client: '192.0.2.1' })
  return new FigureBoard({ store: store.reader, clock: store.store.clock }).look()
}

/** Samples that are not 0, `name{label,…}` → value. */
async function published(
  view: FigureView | null,
  campaigns: readonly string[],
): Promise<Record<string, number>> {
  const registry = new Registry()
  declareFigureMetrics(
    new Declarations(registry),
    () => view,
    () => campaigns,
  )
  const { samples, problems } = parseMetrics(await registry.metrics())
  expect(problems).toEqual([])
  return Object.fromEntries(
    samples
      .filter(({ value }) => value !== 0)
      .map(({ name, labels, value }) => [`${name.slice('thanhloc_'.length)}{${Object.values(labels).join()}}`, value]), // prettier-ignore
  )
}

describe('figures as metrics', () => {
  it('are a unit’s own, so that their sum is the whole', async () => {
    const view = lookAtStore()
    const found = await published(view, [])
    const of = (name: string): Record<string, number> =>
      Object.fromEntries(Object.entries(found).filter(([key]) => key.startsWith(`${name}{`)))
    expect(of('unit_machines')).toEqual({
      'unit_machines{tinh}': 1,
      'unit_machines{xa}': 2,
      'unit_machines{-}': 1,
    })
    expect(of('unit_cases')).toEqual({
      'unit_cases{tinh,reinfected}': 1,
      'unit_cases{xa,new}': 3,
      'unit_cases{-,new}': 1,
    })
    expect(of('unit_urgent_cases')).toEqual({ 'unit_urgent_cases{tinh}': 1, 'unit_urgent_cases{xa}': 3 })
    expect(of('unit_reinfections')).toEqual({ 'unit_reinfections{tinh}': 1 })
    expect(of('unit_info')).toEqual({
      'unit_info{khac,khac,-}': 1,
      'unit_info{tinh,tinh,-}': 1,
      'unit_info{xa,xa,tinh}': 1,
      'unit_info{-,-,-}': 1,
    })
  })

  it('tell configured campaigns, and lists without one; no other that the store remembers', async () => {
    const view = lookAtStore()
    const configured = [...view.figures.campaigns(null).keys()].filter((id) => id !== '')
    expect(configured).toEqual(['2022'])
    const cases = async (campaigns: readonly string[]): Promise<Record<string, number>> => {
      const found = Object.entries(await published(view, campaigns))
      return Object.fromEntries(found.filter(([key]) => key.startsWith('campaign_cases')))
    }
    const ofNone = { 'campaign_cases{-,new}': 1 }
    expect(await cases(['2022', 'unheard'])).toEqual({
      ...ofNone,
      'campaign_cases{2022,new}': 3,
      'campaign_cases{2022,reinfected}': 1,
    })
    expect(await cases(['unheard'])).toEqual(ofNone)
  })

  it('are not there while the store cannot be read', async () => {
    expect(await published(null, ['2022'])).toEqual({})
    const broken = (error: Error): FigureView | null =>
      lookAt({
        look: () => {
          throw error
        },
      })
    expect(broken(new StoreUnavailable('closed'))).toBeNull()
    expect(() => broken(new TypeError('ours'))).toThrow('ours')
  })
})
