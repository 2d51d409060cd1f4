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

  it.each([
    ['{ id: cv }', 'name where it comes from'],
    ['{ id: cv, path: x.txt, approved: true }', 'leave `path`'],
    ['{ id: cv, feed: { url: "https://a.vn/x" }, approved: true }', 'leave `path`'],
  ])('refuses %s', (list, problem) => {
    expect(() => load(`lists: [ ${list} ]`)).toThrow(problem)
  })
})

describe('review', () => {
  it('is one pair of eyes and a gigabyte unless it says otherwise', () => {
    expect(load('').review).toEqual({ fourEyes: false, originalBytes: 1 << 30 })
    const told = load('review: { fourEyes: true, originals: 200MB }')
    expect(told.review).toEqual({ fourEyes: true, originalBytes: 200 << 20 })
    expect(load(describeSettings(told))).toEqual(told)
    expect(() => load('review: { originals: 1MB }')).toThrow('64MB')
  })
})
