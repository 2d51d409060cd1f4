import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSettings, parseSettings } from '../../../src/config/load.ts'
import {
  firstConfiguration,
  resolvConfOf,
  RESOLVED_SERVERS,
} from '../../../src/install/first-configuration.ts'
import { placesUnder } from '../../../src/install/places.ts'

const SAMPLE_FILE = join(import.meta.dirname, '../../../config/thanhloc.yaml')
const SAMPLE = readFileSync(SAMPLE_FILE, 'utf8')
const PLACES = placesUnder('/')
const OWN = {
  listen: [
    { address: '10.1.0.53', port: 53 },
    { address: 'fd00::53', port: 53 },
  ],
  upstreams: [],
  resolvConf: null,
}

function settingsOf(text: string) {
  const read = parseSettings(text, { file: PLACES.configFile })
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  return read.settings
}

describe('the first configuration', () => {
  it('is the sample with the addresses, the upstreams and the places of the machine', () => {
    const settings = settingsOf(firstConfiguration(SAMPLE, { ...OWN, resolvConf: RESOLVED_SERVERS }, PLACES))
    expect(settings.listen).toEqual(OWN.listen)
    expect(settings.upstreams).toMatchObject({ servers: [], resolvConf: RESOLVED_SERVERS })
    expect(settings.store.path).toBe('/var/lib/thanhloc')
    expect(settings.lists.map(({ path }) => path)).toContain('/etc/thanhloc/blocklists/apt32.txt')
  })

  it('names the upstreams it was given', () => {
    const upstreams = [{ address: '10.0.0.10', port: 5353 }]
    expect(settingsOf(firstConfiguration(SAMPLE, { ...OWN, upstreams }, PLACES)).upstreams.servers).toEqual(upstreams) // prettier-ignore
  })

  it('is otherwise the sample, comments and all, with the command as it is called then', () => {
    const text = firstConfiguration(SAMPLE, OWN, PLACES)
    expect(text).not.toContain('bin/thanhloc')
    const theirs = new Set(text.split('\n'))
    const gone = SAMPLE.split('\n').filter((line) => !theirs.has(line) && !line.includes('bin/thanhloc'))
    expect(gone.filter((line) => !line.startsWith('#'))).toEqual([
      "listen: ['127.0.0.1:5354']",
      '  path: data',
    ])
    const sample = loadSettings({ file: SAMPLE_FILE })
    if ('errors' in sample) throw new Error('the sample cannot be read')
    const { access, sinkhole, records, admin } = settingsOf(text)
    expect({ access, sinkhole, records, admin }).toEqual({ access: sample.settings.access, sinkhole: sample.settings.sinkhole, records: sample.settings.records, admin: sample.settings.admin }) // prettier-ignore
  })

  it('is refused where the sample has changed under it, or an address cannot be listened on', () => {
    expect(() => firstConfiguration(SAMPLE.replace('listen:', 'on:'), OWN, PLACES)).toThrow('listen')
    expect(() => firstConfiguration(SAMPLE, { ...OWN, listen: [OWN.listen[0]!, OWN.listen[0]!] }, PLACES)).toThrow('thanhloc.yaml:') // prettier-ignore
  })
})

describe('the servers of the machine', () => {
  it('are behind systemd-resolved where that answers on 127.0.0.53', () => {
    expect(resolvConfOf('# stub\nnameserver 127.0.0.53\noptions edns0\n')).toBe(RESOLVED_SERVERS)
    expect(resolvConfOf('nameserver 10.0.0.10\n')).toBeNull()
    expect(resolvConfOf('# nameserver 127.0.0.53\nnameserver 127.0.0.1\n')).toBeNull()
  })
})
