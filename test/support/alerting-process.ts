/**
 * A process that tells of one event by webhook, to be killed: `node alerting-process.ts DIRECTORY URL AHEAD_MS`. Its
 * clock is ahead by so much. Prints its status once nothing waits, and ends.
 */
import { Alerts } from '../../src/alerts/alerts.ts'
import { systemClock, type Clock } from '../../src/clock.ts'
import { parseSettings } from '../../src/config/load.ts'

const [directory = '', url = '', aheadMs = '0'] = process.argv.slice(2)
const clock: Clock = { ...systemClock, wallMs: () => Date.now() + Number(aheadMs) }
const loaded = parseSettings(`alerts: { channels: [ { id: soc, type: webhook, url: "${url}" } ] }`, {
  file: null,
})
if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
const say = (fields: object, message: string): void => console.error(message, fields)
const log = { info: say, warn: say, error: say }

const alerts = new Alerts({ settings: loaded.settings, directory, version: '1.0', clock, log })
const from = alerts.position()!.cursor
if (from === 0) {
  alerts.follow('a', 0)
  alerts.take({
    log: 'a',
    events: [
      {
        id: 1,
        at: clock.wallMs(),
        kind: 'case-opened',
        caseId: 7,
        clientId: 42,
        campaign: '',
        unit: null,
        hostName: null,
        address: '10.0.0.5',
        indicator: 'evil.test',
        list: 'apt32',
        state: 'new',
        actor: null,
      },
    ],
    next: 1,
  })
}
for (let wait = 0; wait < 2000 && alerts.status().channels[0]!.pending > 0; wait++)
  await new Promise((resolve) => setTimeout(resolve, 10))
console.log(JSON.stringify({ from, ...alerts.status().channels[0] }))
await alerts.close()
