import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { settingsFrom } from './settings-from.ts'

const TEXT = `sinkhole: { ipv4: 10.10.10.10 }
notice:
  http: ["10.10.10.10:80", "[fd00:10:0::10]:80"]
  tls: ["10.10.10.10:443"]
  tcp: ["10.10.10.10:4444"]
  tproxy: "0.0.0.0:8082"
  contact: "Anh Hùng, 0236 3 123 456"
`

describe('notice', () => {
  it('is none unless an address is named', () => {
    expect(settingsFrom('').notice).toEqual({
      http: [],
      tls: [],
      tcp: [],
      tproxy: null,
      socket: '/run/thanhloc/notice.sock',
      firstBytes: 512,
      organisation: '',
      contact: '',
    })
  })

  it('is read with addresses in their one spelling', () => {
    expect(settingsFrom(TEXT).notice).toMatchObject({
      http: [
        { address: '10.10.10.10', port: 80 },
        { address: 'fd00:10::10', port: 80 },
      ],
      tls: [{ address: '10.10.10.10', port: 443 }],
      tcp: [{ address: '10.10.10.10', port: 4444 }],
      tproxy: { address: '0.0.0.0', port: 8082 },
      contact: 'Anh Hùng, 0236 3 123 456',
    })
  })

  it('is printed as a configuration that says the same', () => {
    const settings = settingsFrom(TEXT)
    expect(settingsFrom(describeSettings(settings)).notice).toEqual(settings.notice)
  })
})
