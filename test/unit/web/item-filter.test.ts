import { describe, expect, it } from 'vitest'
import { filterText } from '../../../src/web/console/pages/lists/filter-text.ts'
import { bulkActions, bulkTarget, readFilter } from '../../../src/web/console/pages/lists/item-filter.ts'
import { en } from '../../../src/web/console/words/en/en.ts'
import { vi } from '../../../src/web/console/words/vi/vi.ts'

describe('a filter of items', () => {
  it('is what stands in the address, without what is empty or of something else', () => {
    const query = new URLSearchParams('decision=hold&kind=&q=%20vn%20&cursor=50&reason=government')
    expect(readFilter(query)).toEqual({ decision: 'hold', q: 'vn', reason: 'government' })
  })

  it('is told in the words of the page', () => {
    const filter = { decision: 'hold', reason: 'government', q: 'vn' }
    expect(filterText(filter, vi)).toBe('Máy đề xuất: Giữ lại, Vì sao: Thuộc gov.vn hoặc dcs.vn., Tìm: vn')
    expect(filterText(filter, en)).toContain('Under gov.vn or dcs.vn.')
    expect(filterText({}, vi)).toBe('')
  })

  it('that a newer server knows is told by its code', () => {
    expect(filterText({ kind: 'asn' }, en)).toBe('Kind: asn')
  })
})

describe('a decision about many items', () => {
  it('takes all of them where nothing chooses among them but what was decided', () => {
    expect(bulkTarget({})).toEqual({ all: true })
    expect(bulkTarget({ state: 'open' })).toEqual({ all: true })
  })

  it('takes those of the filter, without the state, which the action says', () => {
    expect(bulkTarget({ state: 'open', kind: 'ip', q: '192' })).toEqual({ filter: { kind: 'ip', q: '192' } })
  })

  it('is never an approval of what is held or cannot be used', () => {
    expect(bulkActions({ decision: 'hold' })).toEqual(['reject', 'withdraw'])
    expect(bulkActions({ decision: 'refuse', state: 'open' })).toEqual(['reject'])
    expect(bulkActions({ decision: 'accept', state: 'open' })).toEqual(['approve', 'reject'])
  })

  it('is offered only where it would change something of what is shown', () => {
    expect(bulkActions({ state: 'approved' })).toEqual(['withdraw'])
    expect(bulkActions({ state: 'rejected' })).toEqual([])
    expect(bulkActions({})).toEqual(['approve', 'reject', 'withdraw'])
  })
})
