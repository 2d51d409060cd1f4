import { describe, expect, it } from 'vitest'
import { Speakers } from '../../../src/notice/speakers.ts'

const speakers = new Speakers({
  organisation: 'UBND tỉnh',
  contact: 'Trực ban',
  units: [
    { networks: ['10.1.0.0/16', 'fd01::/32'], name: 'Sở Y tế', contact: 'Chị Lan' },
    { networks: ['10.1.5.0/24'], name: 'Trạm Y tế', contact: '' },
  ],
})

describe('who speaks', () => {
  it('is the unit of the longest network around the visitor', () => {
    expect(speakers.of('10.1.2.3')).toEqual({
      organisation: 'UBND tỉnh',
      unit: 'Sở Y tế',
      contact: 'Chị Lan',
    })
    expect(speakers.of('fd01::7').unit).toBe('Sở Y tế')
  })
  it('is whoever is named for all where the unit names nobody', () => {
    expect(speakers.of('10.1.5.9')).toMatchObject({ unit: 'Trạm Y tế', contact: 'Trực ban' })
  })
  it('is the organisation for those of no unit', () => {
    for (const client of ['10.2.0.1', 'fd02::1', ''])
      expect(speakers.of(client)).toEqual({ organisation: 'UBND tỉnh', unit: '', contact: 'Trực ban' })
  })
})
