/** The dashboards read well and can be provisioned: what Grafana would only show somebody who looks at it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dashboardFiles } from '../../dashboards/dashboards.ts'
import { AUTHORISED, createFixture, type Fixture } from '../unit/admin/fake-threads.ts'
import {
  asking,
  metricsIn,
  readDashboards,
  type DashboardJson,
  type Panel,
} from '../support/dashboard-panels.ts'
import { readPage, root } from './markdown.ts'

const COLUMNS = 24
/** `Vietnamese · English`. */
const TITLE = /^\S.* · \S/
const VIETNAMESE = /[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]/i

const files = readDashboards()
const panels = [...files].flatMap(([file, dashboard]) => asking(dashboard).map((panel) => ({ file, panel })))

/** `file › panel: what` for each panel of which `find` says something. */
function wrong(find: (panel: Panel, dashboard: DashboardJson) => Iterable<string>): string[] {
  return panels.flatMap(({ file, panel }) => [...find(panel, files.get(file)!)].map((what) => `${file} › ${panel.title}: ${what}`)) // prettier-ignore
}

/** Everything of a dashboard in which a variable can stand. */
const variablesIn = (text: string): string[] => [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!)

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture.app.close())

describe('files', () => {
  it('are what dashboards/*.ts says', () => {
    const made = dashboardFiles()
    expect([...files.keys()]).toEqual(Object.keys(made).toSorted())
    for (const [name, text] of Object.entries(made)) {
      expect(readFileSync(join(root, 'dashboards', name), 'utf8') === text, 'run `npm run generate`').toBe(
        true,
      )
    }
  })

  it('can be provisioned: a uid of their own, the form of the JSON, no id of some database', () => {
    const all = [...files.values()]
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length)
    for (const dashboard of all) {
      expect(dashboard.uid).toMatch(/^[a-z-]{1,40}$/)
      expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39)
      expect(dashboard).not.toHaveProperty('id')
      expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
      expect(dashboard.title).toMatch(TITLE)
      expect(dashboard.time).toEqual({ from: expect.stringMatching(/^now-\d+[hd]$/), to: 'now' })
      expect(dashboard.refresh).toMatch(/^\d+[sm]$/)
    }
  })

  it('lead to each other', () => {
    for (const { uid, links } of files.values()) {
      const others = [...files.values()].map((one) => one.uid).filter((one) => one !== uid)
      expect(links.map(({ url }) => /^\/d\/([a-z-]+)\?/.exec(url)?.[1]).toSorted()).toEqual(others.toSorted())
      expect(
        links.filter((link) => 'placement' in link),
        'hidden in a menu',
      ).toEqual([])
    }
  })
})

describe('every panel', () => {
  it('is there', () => {
    expect(files.size).toBe(4)
    expect(panels.length).toBeGreaterThan(50)
  })

  it('has a title in two languages, a unit, and says in both what it shows', () => {
    expect(wrong(({ title, description = '', fieldConfig }) => {
      const [vietnamese = '', english = ''] = description.split('\n\n')
      return [
        ...(TITLE.test(title) ? [] : ['title']),
        ...(VIETNAMESE.test(vietnamese) && vietnamese.endsWith('.') ? [] : ['what it is, in Vietnamese']),
        ...(english.length > 20 && english.endsWith('.') && !VIETNAMESE.test(english) ? [] : ['what it is, in English']),
        ...((fieldConfig?.defaults.unit ?? '') === '' ? ['unit'] : []),
      ]
    })).toEqual([]) // prettier-ignore
  })

  it('leads to where something can be done: a dashboard that is there, or a part of the API that is there', async () => {
    const reply = await fixture.app.inject({ url: '/openapi.json', headers: AUTHORISED })
    const tags = reply.json<{ tags: { name: string }[] }>().tags.map(({ name }) => name)
    const uids = [...files.values()].map(({ uid }) => uid)
    expect(wrong(({ links = [] }, { uid }) => {
      if (links.length === 0) return ['no link']
      return links.flatMap(({ url, title }) => {
        const other = /^\/d\/([a-z-]+)\?/.exec(url)?.[1]
        const tag = /^\$\{scheme\}:\/\/\$\{console\}\/docs#\/(\w+)$/.exec(url)?.[1]
        const isThere = (other !== undefined && other !== uid && uids.includes(other)) || (tag !== undefined && tags.includes(tag)) // prettier-ignore
        return isThere && TITLE.test(title) ? [] : [`${title} ${url}`]
      })
    })).toEqual([]) // prettier-ignore
    expect((await fixture.app.inject({ url: '/docs/', headers: AUTHORISED })).statusCode).toBe(200)
  })

  it('names the section of the runbook, where there is an alarm for it', () => {
    const { anchors } = readPage('docs/runbook.md')
    const named = panels.flatMap(({ panel }) => [...(panel.description ?? '').matchAll(/docs\/runbook\.md#(\w+)/g)].map(([, anchor]) => anchor!)) // prettier-ignore
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((anchor) => !anchors.includes(anchor))).toEqual([])
  })

  it('asks for metrics that there are, of the servers that are chosen', () => {
    const known = new Set(['up', 'ALERTS', ...fixture.metrics.registry.getMetricsAsArray().map((metric) => (metric as unknown as { name: string }).name)]) // prettier-ignore
    const isKnown = (name: string): boolean =>
      known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, ''))
    expect(wrong(({ targets = [] }) => {
      if (targets.length === 0) return ['asks nothing']
      return targets.flatMap(({ expr, datasource, refId }) => {
        const names = metricsIn(expr)
        const strange = names.filter((name) => !isKnown(name))
        const chosen = expr.match(/\{instance=~"\$instance\|?"/g)?.length ?? 0
        return [
          ...strange,
          ...(names.length > 0 && chosen === names.length ? [] : [`${refId} asks every server`]),
          ...(datasource.uid === '${datasource}' ? [] : [`${refId}: data source ${datasource.uid}`]),
        ]
      })
    })).toEqual([]) // prettier-ignore
  })

  it('takes rates over a window that fits the scrapes and what is shown', () => {
    expect(wrong(({ targets = [] }) =>
      targets.flatMap(({ expr, instant }) => {
        const windows = [...expr.matchAll(/\[([^\]]+)\]/g)].map(([, window]) => window!)
        // A window of fixed length belongs to what is of now, whatever is shown.
        return windows.filter((window) => !['$__rate_interval', '$__range'].includes(window) && instant !== true)
      }),
    )).toEqual([]) // prettier-ignore
    expect(wrong(({ targets = [] }) => targets.filter(({ expr, instant }) => expr.includes('$__range') && instant !== true).map(({ refId }) => `${refId}: the whole range at each of its points`))).toEqual([]) // prettier-ignore
  })

  it('names its series, where there may be more than one', () => {
    expect(wrong(({ type, targets = [], options }) => {
      if (type === 'timeseries' && options?.legend?.showLegend !== true) return ['no legend']
      if (['table', 'heatmap'].includes(type) || (type === 'stat' && targets.length === 1)) return []
      return targets.filter(({ legendFormat }) => legendFormat === '__auto').map(({ refId }) => refId)
    })).toEqual([]) // prettier-ignore
  })

  it('is of a kind that can be read at a glance', () => {
    const kinds = new Set(panels.map(({ panel }) => panel.type))
    expect([...kinds].toSorted()).toEqual([
      'bargauge',
      'heatmap',
      'stat',
      'state-timeline',
      'table',
      'timeseries',
    ])
  })

  it('of a table: every column that is asked for has a title', () => {
    expect(wrong(({ type, targets = [], transformations = [] }) => {
      if (type !== 'table') return []
      const names = transformations.find(({ id }) => id === 'organize')!.options.renameByName!
      return [
        ...targets.map(({ refId }) => (targets.length === 1 ? 'Value' : `Value #${refId}`)).filter((column) => names[column] === undefined),
        ...Object.values(names).filter((title) => !TITLE.test(title)),
      ]
    })).toEqual([]) // prettier-ignore
  })
})

describe('layout', () => {
  it('no two panels overlap, and none stands out of the page', () => {
    for (const [file, { panels: all }] of files) {
      const taken = new Map<string, string>()
      for (const { title, gridPos } of all) {
        const { x, y, w, h } = gridPos
        expect(x >= 0 && x + w <= COLUMNS && h > 0, `${file} › ${title}`).toBe(true)
        for (let column = x; column < x + w; column++) {
          for (let row = y; row < y + h; row++) {
            const cell = `${column},${row}`
            expect(taken.get(cell), `${file} › ${title} lies over it`).toBeUndefined()
            taken.set(cell, title)
          }
        }
      }
    }
  })

  it('rows are full: nobody wonders whether something is missing', () => {
    for (const [file, { panels: all }] of files) {
      const rows = Map.groupBy(all, ({ gridPos }) => gridPos.y)
      for (const [y, row] of rows) {
        expect(
          row.reduce((sum, { gridPos }) => sum + gridPos.w, 0),
          `${file}, row ${y}`,
        ).toBe(COLUMNS)
        expect(new Set(row.map(({ gridPos }) => gridPos.h)).size, `${file}, row ${y}`).toBe(1)
      }
    }
  })

  it('the first row is six numbers, most of them traffic lights', () => {
    for (const { panels: all } of files.values()) {
      const first = all.filter(({ gridPos }) => gridPos.y === 0)
      expect(first.map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'stat'))
      const lights = first.filter(({ fieldConfig }) =>
        JSON.stringify(fieldConfig).includes('"color":"green"'),
      )
      expect(lights.length).toBeGreaterThanOrEqual(3)
      for (const { title } of first) expect(title.length, title).toBeLessThanOrEqual(48)
    }
  })
})

describe('variables', () => {
  it('every one that is used is there, and every one that is there is used', () => {
    const ofGrafana = ['__rate_interval', '__range', '__url_time_range', '__all']
    for (const [file, dashboard] of files) {
      const declared = dashboard.templating.list.map(({ name }) => name)
      expect(declared.slice(0, 2)).toEqual(['datasource', 'instance'])
      const used = new Set(variablesIn(JSON.stringify(dashboard)).filter((name) => !ofGrafana.includes(name)))
      expect([...used].toSorted(), file).toEqual(declared.toSorted())
    }
  })

  it('units can be chosen where machines are shown by unit', () => {
    const names = files.get('infected.json')!.templating.list.map(({ name }) => name)
    expect(names).toContain('unit')
  })
})
