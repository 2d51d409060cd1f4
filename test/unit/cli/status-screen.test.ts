/** The status on one screen, whatever there is to say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SERVER_EXAMPLES } from '../../../src/admin/examples/server.ts'
import type { StatusReport } from '../../../src/admin/routes/status.ts'
import { painter } from '../../../src/cli/screen.ts'
import { spanText } from '../../../src/cli/status-figures.ts'
import { describeStatus } from '../../../src/cli/status-screen.ts'
import { wrap, type Tongue } from '../../../src/cli/tongue.ts'

const EXAMPLE = SERVER_EXAMPLES['GET /api/v1/status']!.answer as unknown as StatusReport
const plain = painter(null)

type Component = StatusReport['health']['components'][number]
type Trouble = Component['troubles'][number]

function withTroubles(...troubles: readonly Partial<Trouble>[]): StatusReport {
  const component: Component = EXAMPLE.health.components[0]!
  const state = troubles.length === 0 ? 'ok' : 'fail'
  const filled = troubles.map((trouble) => ({ ...component.troubles[0]!, ...trouble }))
  return {
    ...EXAMPLE,
    health: { ...EXAMPLE.health, state, components: [{ ...component, troubles: filled }] },
  }
}

describe('the screen', () => {
  it('says in its first line whether all is well, Vietnamese first', () => {
    const [first, second] = describeStatus(withTroubles(), 'both', plain)
    expect(first).toMatch(/^✓ HOẠT ĐỘNG TỐT từ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/)
    expect(second).toMatch(/^ {2}HEALTHY since \d{4}/)
    expect(describeStatus(withTroubles(), 'en', plain)[0]).toMatch(/^✓ HEALTHY since /)
    expect(describeStatus(withTroubles({}), 'vi', plain)[0]).toMatch(/^✗ CÓ SỰ CỐ từ /)
  })

  it('says what is wrong and what to do, the worst first', () => {
    const warn = { severity: 'warn', detail: { vi: 'nhẹ', en: 'slight' } }
    const fail = {
      severity: 'fail',
      detail: { vi: 'nặng', en: 'grave' },
      advice: { vi: 'sửa', en: 'mend it' },
    }
    const text = describeStatus(withTroubles(warn, fail), 'both', plain).join('\n')
    expect(text).toMatch(
      /✗ upstreams: nặng \(từ [^)]*\)\n {4}grave\n {2}→ sửa\n {4}mend it\n\n! upstreams: nhẹ/,
    )
  })

  it('tells of no query as that, and of parts without data', () => {
    const traffic = { ...EXAMPLE.traffic, queries: { udp: 0, tcp: 0 } }
    const text = describeStatus({ ...EXAMPLE, traffic, clients: null, store: null }, 'both', plain).join('\n')
    expect(text).toContain('chưa có · none yet')
    expect(text).toContain('chưa đếm được · not counted yet')
    expect(text).toContain('chưa trả lời · no answer yet')
    expect(text).toMatch(/Chưa có dữ liệu · no data\s+alerts/)
    expect(text).not.toMatch(/NaN|undefined/)
  })

  it('colours only where there is a screen that wants it', () => {
    expect(describeStatus(EXAMPLE, 'both', painter({ hasColor: true }))[0]).toMatch(
      /^\u001b\[33m! .*\u001b\[0m$/,
    )
    expect(describeStatus(EXAMPLE, 'both', painter({ hasColor: false }))[0]).toMatch(/^! /)
  })

  it('fits 80 columns and 24 lines, however much is wrong; what is left out is counted', () => {
    const words = fc.array(fc.stringMatching(/^[a-z`]{1,20}$/), { minLength: 1, maxLength: 20 })
    const text = words.map((each) => each.join(' '))
    const both = fc.record({ vi: text, en: text })
    const trouble = fc.record({ severity: fc.constantFrom('warn', 'fail'), detail: both, advice: both })
    fc.assert(
      fc.property(
        fc.array(trouble, { maxLength: 12 }),
        fc.constantFrom<Tongue>('vi', 'en', 'both'),
        (troubles, tongue) => {
          const lines = describeStatus(withTroubles(...troubles), tongue, plain)
          expect(lines.length).toBeLessThan(24)
          expect(lines.filter((line) => line.length > 80)).toEqual([])
          const shown = lines.filter((line) => line.includes('  → ')).length
          const counted = Number(/… (?:còn )?(\d+)/.exec(lines.join('\n'))?.[1] ?? 0)
          expect(shown + counted).toBe(troubles.length)
        },
      ),
    )
  })
})

it('breaks lines at blanks and loses no word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }), (words) => {
      const lines = wrap(words.join(' '), 40, '→ ', '  ')
      expect(lines.join(' ').replace('→ ', '').split(/ +/)).toEqual(words)
      expect(lines.every((line) => line.length <= 40)).toBe(true)
    }),
  )
})

it('tells a span by its two largest parts', () => {
  expect([0, 5, 3600, 3661, 90_000, 100_000_000].map((seconds) => spanText(seconds, 'en'))).toEqual([
    '0 s', '5 s', '1 h', '1 h 1 min', '1 d 1 h', '1157 d 9 h',
  ]) // prettier-ignore
  expect(spanText(65, 'both')).toBe('1 phút 5 giây')
})
