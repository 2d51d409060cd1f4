/** MISP and STIX in the shapes that servers and feeds hand them out. */
import { describe, expect, it } from 'vitest'
import { proposalOf } from '../../support/proposals.ts'

const told = async (value: unknown): Promise<string[]> => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const { items } = await proposalOf('a.json', text)
  return items.map(({ decision, value, reasons }) => `${decision} ${value} ${reasons[0]}`)
}

describe('MISP', () => {
  const attribute = (value: string, ids: unknown, more = {}): object => ({ type: 'domain', value, to_ids: ids, ...more }) // prettier-ignore
  const BOTH = ['accept evil.com declared', 'hold good.com unmarked']

  it('attributes without an event, as a search gives them', async () => {
    const attributes = [attribute('evil.com', true), attribute('good.com', false)]
    expect(await told({ response: { Attribute: attributes } })).toEqual(BOTH)
    expect(await told({ Attribute: attributes })).toEqual(BOTH)
  })

  it('flags as numbers and words', async () => {
    expect(await told({ Event: { Attribute: [attribute('evil.com', '1'), attribute('good.com', '0')] } })).toEqual(BOTH) // prettier-ignore
    expect(await told({ Event: { Attribute: [attribute('evil.com', 1, { deleted: 'true' })] } })).toEqual(['hold evil.com withdrawn']) // prettier-ignore
  })

  it('what belongs to a deleted object is withdrawn, what somebody only proposes is held', async () => {
    const event = {
      Object: [{ deleted: true, Attribute: [attribute('evil.com', true)] }],
      ShadowAttribute: [attribute('bad.net', true)],
    }
    expect(await told({ Event: event })).toEqual(['hold bad.net observed', 'hold evil.com withdrawn'])
  })

  it('a warning list is refused: it names what is good', async () => {
    await expect(told({ name: 'x', list: ['good.com'], matching_attributes: ['domain'] })).rejects.toThrow(/known to be good/) // prettier-ignore
  })
})

describe('STIX', () => {
  const indicator = (name: string, more = {}): object => ({ type: 'indicator', id: `indicator--${name}`, pattern: `[domain-name:value = '${name}']`, ...more }) // prettier-ignore
  const bundle = (...objects: readonly object[]): object => ({ type: 'bundle', id: 'bundle--1', objects })

  it.each([
    ['what a TAXII server answers', { more: false, objects: [indicator('evil.com'), indicator('bad.net')] }],
    ['a list of objects', [indicator('evil.com'), indicator('bad.net')]],
    ['a list of bundles', [bundle(indicator('evil.com')), bundle(indicator('bad.net'))]],
    ['JSON Lines', `${JSON.stringify(indicator('evil.com'))}\n${JSON.stringify(indicator('bad.net'))}\n`],
    ['JSON Lines of bundles', `${JSON.stringify(bundle(indicator('evil.com')))}\n${JSON.stringify(bundle(indicator('bad.net')))}\n`],
  ])('%s', async (_, value) => {
    expect(await told(value)).toEqual(['accept evil.com declared', 'accept bad.net declared'])
  }) // prettier-ignore

  it('an object by itself', async () => {
    expect(await told(indicator('evil.com'))).toEqual(['accept evil.com declared'])
  })

  it('what is said to be benign is held, in 2.0 and 2.1', async () => {
    expect(await told(bundle(indicator('a.com', { labels: ['benign'] }), indicator('b.com', { indicator_types: ['benign'] })))).toEqual(['hold a.com observed', 'hold b.com observed']) // prettier-ignore
  })

  it('a prefix is asked for by ISSUBSET', async () => {
    expect(await told(bundle(indicator('x', { pattern: "[ipv4-addr:value ISSUBSET '45.77.8.0/24']" })))).toEqual(['accept 45.77.8.0/24 declared']) // prettier-ignore
  })
})
