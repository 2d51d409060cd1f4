import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { parseSettings } from '../../../src/config/load.ts'
import type { Settings } from '../../../src/config/settings.ts'

function load(text: string): Settings {
  const loaded = parseSettings(text, { file: null })
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return loaded.settings
}

describe('a list of what is approved', () => {
  it('lies in the data directory, and is printed as it is read', () => {
    const settings = load('store: { path: /var/lib/x }\nlists: [ { id: cv, approved: true } ]')
    expect(settings.lists[0]).toMatchObject({
      path: '/var/lib/x/approved/cv.txt',
      approved: true,
      feed: null,
    })
    const printed = describeSettings(settings)
    expect(parse(printed)).toMatchObject({ lists: [{ id: 'cv', path: null, approved: true }] })
    expect(load(printed)).toEqual(settings)
  })

  it('of another node lies where feeds lie, and may lose and gain as much as people decide there', () => {
    const settings = load(
      'store: { path: /var/lib/x }\nlists: [ { id: cv, approved: true, feed: { url: "https://a.vn/x" } } ]',
    )
    expect(settings.lists[0]).toMatchObject({
      path: '/var/lib/x/feeds/cv',
      approved: true,
      format: 'domains',
      feed: { leastPercent: 0, mostPercent: 1_000_000 },
    })
    expect(load(describeSettings(settings))).toEqual(settings)
  })

  it.each([
    ['{ id: cv }', 'name where it comes from'],
    ['{ id: cv, path: x.txt, approved: true }', 'leave `path`'],
    ['{ id: cv, primary: { server: 10.0.0.1, zone: rpz.vn }, approved: true }', 'leave `path`'],
    [`{ id: cv, path: x.txt, document: "a\\u0000b" }`, 'holds a control character'],
    [`{ id: cv, path: x.txt, issuer: "a\\nb" }`, 'holds a control character'],
    [`{ id: cv, path: x.txt, basis: "a\\u202eb" }`, 'holds a control character'],
  ])('refuses %s', (list, problem) => {
    expect(() => load(`lists: [ ${list} ]`)).toThrow(problem)
  })
})

describe('review', () => {
  it('is one pair of eyes and a gigabyte unless it says otherwise', () => {
    expect(load('').review).toEqual({ fourEyes: false, sharedBy: 5, originalBytes: 1 << 30 })
    const told = load('review: { fourEyes: true, sharedBy: 0, originals: 200MB }')
    expect(told.review).toEqual({ fourEyes: true, sharedBy: 0, originalBytes: 200 << 20 })
    expect(load(describeSettings(told))).toEqual(told)
    expect(() => load('review: { originals: 1MB }')).toThrow('64MB')
  })
})
