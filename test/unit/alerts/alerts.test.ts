import { DatabaseSync } from 'node:sqlite'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UnknownChannel } from '../../../src/alerts/alerts.ts'
import { DeliveryError } from '../../../src/alerts/transport.ts'
import { AlertsBench, DAY_MS, email, event, HOUR_MS, NOON, settingsWith, settle, webhook } from './setup.ts'

const DOWN = { kind: 'upstreams-down', about: '', reason: 'none of 2 answers' } as const

describe('events', () => {
  it('become messages of the kinds a channel wants', async () => {
    const bench = new AlertsBench(
      settingsWith(webhook({ id: 'all' }), webhook({ id: 'some', on: ['case-reinfected'] })),
    )
    bench.take(
      event(1),
      event(2, { kind: 'case-changed' }),
      event(3, { kind: 'pair-new' }),
      event(4, { kind: 'case-reinfected' }),
      event(5, { kind: 'priority-hit' }),
      event(6, { kind: 'of a later version' as 'pair-new' }),
    )
    await settle()
    expect(bench.receiver('all').sent.map(({ kind }) => kind).toSorted()).toEqual(['case-new', 'case-reinfected', 'priority-unit-hit']) // prettier-ignore
    expect(bench.receiver('some').sent.map(({ kind }) => kind)).toEqual(['case-reinfected'])
  })

  it('say who, where and on whose word, in Vietnamese and English', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1))
    await settle()
    const [sent] = bench.receiver().sent
    expect(sent!.title.vi).toBe('Phát hiện máy nghi nhiễm mã độc: Sở Y tế')
    expect(sent!.title.en).toBe('A machine may be infected: Sở Y tế')
    for (const part of [
      'Tên máy: KETOAN-01',
      'Địa chỉ: 10.1.2.3',
      'Chỉ dấu: evil.test',
      'Văn bản: 1298/CATTT-NCSC',
      'Hồ sơ số: 7',
    ])
      // prettier-ignore
      expect(sent!.text.vi).toContain(part)
    expect(sent!.text.en).toContain('Machine: KETOAN-01')
    expect(sent!.server).toBe('dns1')
    expect(sent!.event).toBe(1)
  })

  it('are handled once, in order, whatever is taken again', async () => {
    const bench = new AlertsBench(settingsWith(webhook({ minIntervalMs: 0 })))
    expect(bench.alerts.position()).toEqual({ log: null, cursor: 0, lastEventAtMs: null })
    bench.takePage({ log: 'a', events: [event(1), event(2, { clientId: 43, at: NOON + 5 })], next: 4 })
    expect(bench.alerts.position()).toEqual({ log: 'a', cursor: 4, lastEventAtMs: NOON + 5 })
    bench.take(event(1), event(2), event(4), event(5, { clientId: 44 }))
    await settle()
    expect(bench.receiver().sent.map(({ event }) => event)).toEqual([1, 2, 5])
    bench.restart()
    expect(bench.alerts.position()).toEqual({ log: 'a', cursor: 5, lastEventAtMs: NOON + 5 })
  })

  it('of a log that is not followed are not taken: a file begun anew has to be told first where it stands', () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    const page = { log: 'a', events: [event(6)], next: 6 }
    expect(bench.alerts.take(page)).toBe(false)
    expect(bench.alerts.position()!.cursor).toBe(0)
    bench.alerts.follow('a', 5)
    expect(bench.alerts.take(page)).toBe(true)
  })

  it('of more than three days ago are told to nobody, and that is said', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1, { at: NOON - 4 * DAY_MS }), event(2, { at: NOON - 2 * DAY_MS }))
    await settle()
    expect(bench.receiver().sent.map(({ event }) => event)).toEqual([2])
    expect(bench.log.of('more than three days ago')[0]!.fields).toEqual({ alerts: 1 })
  })
})

describe('another store', () => {
  it('has other machines of the same numbers: none of them waits for one of before or is counted with it', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1))
    await settle()
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(2, { clientId: 43 }))
    await settle()
    // Told of within the hour, and waiting untried.
    bench.take(event(3), event(4, { clientId: 44 }))
    bench.alerts.follow('b', 0)
    bench.takePage({
      log: 'b',
      events: [event(1, { caseId: 1 }), event(2, { clientId: 44, caseId: 2 })],
      next: 2,
    })
    bench.receiver().fault = null
    await bench.pass(120_000)
    const told = bench.receiver().sent.map(({ event, subject, count }) => `${event} of case ${subject.caseId}: ${count}`) // prettier-ignore
    expect(told.toSorted()).toEqual([
      '1 of case 1: 1',
      '1 of case 7: 1',
      '2 of case 2: 1',
      '2 of case 7: 1',
      '4 of case 7: 1',
    ])
    await bench.pass(HOUR_MS, 60_000)
    expect(bench.receiver().told).toBe(6)
    expect(bench.alerts.position()).toEqual({ log: 'b', cursor: 2, lastEventAtMs: NOON })
  })

  it('may be followed twice in a row, with what waited for the first one', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(1, { clientId: 1 }))
    await settle()
    for (const log of ['b', 'c', 'd']) {
      bench.alerts.follow(log, 0)
      bench.takePage({ log, events: [event(1)], next: 1 })
    }
    bench.receiver().fault = null
    await bench.pass(HOUR_MS, 60_000)
    expect(bench.receiver().told).toBe(4)
  })

  it('does not end what the channel is spared of the server itself', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.alerts.raise(DOWN)
    await settle()
    bench.alerts.follow('a', 0)
    bench.alerts.follow('b', 0)
    bench.alerts.resolve(DOWN)
    await settle()
    bench.alerts.raise(DOWN)
    await bench.pass(60_000)
    expect(bench.receiver().sent.map(({ state }) => state)).toEqual(['begun', 'resolved'])
  })
})

describe('detail: counts', () => {
  it('leaves out what tells of a machine, in the message and in the file', async () => {
    const bench = new AlertsBench(settingsWith(webhook({ detail: 'counts' })))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(
      event(1),
      event(2, { hostName: 'GIAMDOC', address: 'fd00::9', indicator: 'bad.test' }),
      event(3, { clientId: 43, hostName: 'VANTHU' }),
    )
    await settle()
    const database = new DatabaseSync(join(bench.directory, 'alerts.db'), { readOnly: true })
    const kept = JSON.stringify(database.prepare('SELECT content FROM message').all())
    database.close()
    expect(kept).toContain('so-yt')
    bench.receiver().fault = null
    await bench.pass(120_000)
    const sent = JSON.stringify(bench.receiver().sent)
    expect(sent).toContain('1298/CATTT-NCSC')
    const counts = bench.receiver().sent.map(({ count }) => count)
    expect(counts.toSorted()).toEqual([1, 2])
    for (const { subject } of bench.receiver().sent)
      expect(subject).toMatchObject({ caseId: 7, clientId: null, unitName: 'Sở Y tế' })
    for (const secret of [
      'KETOAN-01',
      'GIAMDOC',
      'VANTHU',
      '10.1.2.3',
      'fd00::9',
      'evil.test',
      'bad.test',
      'client:42',
    ])
      for (const text of [kept, sent]) expect(text).not.toContain(secret)
  })

  it('holds for what was queued before it was set', async () => {
    const bench = new AlertsBench(settingsWith(webhook({ detail: 'full' })))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(1))
    await settle()
    bench.receiver().fault = null
    bench.alerts.configure(settingsWith(webhook({ detail: 'counts' })))
    await settle()
    expect(bench.receiver().sent).toHaveLength(1)
    expect(JSON.stringify(bench.receiver().sent)).not.toContain('KETOAN-01')
  })
})

describe('throttling', () => {
  it('tells of a machine once an hour, and of what came meanwhile by number', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1))
    await settle()
    bench.take(event(2), event(3), event(4, { caseId: 9 }))
    await bench.pass(HOUR_MS - 2000, 60_000)
    expect(bench.receiver().sent).toHaveLength(1)
    await bench.pass(3000)
    expect(bench.receiver().sent).toHaveLength(2)
    const second = bench.receiver().sent[1]!
    expect(second).toMatchObject({ count: 3, more: { 'case-new': 2 }, event: 4, subject: { caseId: 9 } })
    expect(second.listed.map(({ event }) => event)).toEqual([2, 3])
    expect(second.title.vi).toMatch(/\(và 2 cảnh báo khác\)$/)
    expect(second.title.en).toMatch(/\(and 2 more\)$/)
  })

  it('does not hold back another machine or another kind', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1), event(2, { clientId: 43 }), event(3, { kind: 'case-reinfected' }))
    await settle()
    expect(bench.receiver().sent).toHaveLength(3)
  })

  it('gathers in one message what is more than the hour allows', async () => {
    // Two at once, then one in 3.16 minutes.
    const bench = new AlertsBench(settingsWith(webhook({ perHour: 20 })))
    bench.take(
      ...Array.from({ length: 40 }, (_, index) =>
        event(index + 1, { clientId: index, kind: index === 30 ? 'priority-hit' : 'case-opened' }),
      ),
    )
    await settle()
    const [first, second, ...others] = bench.receiver().sent
    expect(others).toEqual([])
    // The worst goes first.
    expect(first).toMatchObject({ kind: 'priority-unit-hit', count: 1 })
    expect(second).toMatchObject({ count: 39, more: { 'case-new': 38 } })
    expect(second!.listed).toHaveLength(20)
    expect(second!.text.vi).toContain('… và 18 cảnh báo nữa')
    expect(second!.text.en).toContain('Other alerts, told of by this message: 38 × A machine may be infected')
    bench.take(event(41, { clientId: 41 }))
    await bench.pass(180_000)
    expect(bench.receiver().sent).toHaveLength(2)
    await bench.pass(12_000)
    expect(bench.receiver().sent).toHaveLength(3)
    expect(bench.receiver().told).toBe(41)
  })

  it('keeps an hour over a restart', async () => {
    const bench = new AlertsBench(settingsWith(webhook({ perHour: 1 })))
    bench.take(event(1), event(2, { clientId: 43 }))
    await settle()
    expect(bench.receiver().sent).toHaveLength(1)
    bench.take(event(3), event(4, { clientId: 44 }))
    bench.restart()
    await bench.pass(HOUR_MS - 1000, 60_000)
    expect(bench.receiver().sent).toHaveLength(1)
    await bench.pass(2000)
    expect(bench.receiver().sent).toHaveLength(2)
    expect(bench.receiver().told).toBe(4)
  })
})

describe('a receiver that fails', () => {
  it('is tried again after 30 s to 45 s, then twice as long, under the same id', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    const receiver = bench.receiver()
    receiver.fault = new DeliveryError('the receiver answers 503')
    bench.take(event(1))
    const times: number[] = []
    for (let second = 0; second < 6 * 3600; second++) {
      await bench.pass(1000)
      if (receiver.attempts.length > times.length) times.push(second)
    }
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(gaps.length).toBeGreaterThan(8)
    for (const [index, gap] of gaps.entries()) {
      const base = Math.min(30 * 2 ** index, 2400)
      expect(gap).toBeGreaterThanOrEqual(base)
      expect(gap).toBeLessThanOrEqual(base * 1.5 + 2)
    }
    expect(new Set(receiver.attempts.map(({ id }) => id)).size).toBe(1)
    expect(bench.status()).toMatchObject({
      pending: 1,
      pendingAlerts: 1,
      lastError: 'the receiver answers 503',
    })
    expect(bench.log.of('could not be delivered')).toHaveLength(1)
    expect(bench.status().failed).toBe(receiver.attempts.length)
    receiver.fault = null
    await bench.pass(HOUR_MS, 60_000)
    expect(receiver.sent).toHaveLength(1)
    expect(bench.status()).toMatchObject({ pending: 0, sent: 1 })
    expect(bench.log.of('delivered again')).toHaveLength(1)
  })

  it('does not hold back another channel', async () => {
    const bench = new AlertsBench(settingsWith(webhook(), email()))
    bench.receiver('soc').isSilent = true
    bench.take(event(1))
    await settle()
    expect(bench.receiver('duty').sent).toHaveLength(1)
  })

  it('is cut off when its time is up', async () => {
    const bench = new AlertsBench(settingsWith(webhook({ timeoutMs: 5000 })))
    bench.receiver().isSilent = true
    bench.take(event(1))
    await bench.pass(6000)
    expect(bench.status().lastError).toBe('it took longer than 5 s')
    bench.receiver().isSilent = false
    await bench.pass(60_000)
    expect(bench.receiver().sent).toHaveLength(1)
  })

  it('that refuses one message gets the others all the same', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    const receiver = bench.receiver()
    const { send } = receiver
    receiver.send = (message, attempt) =>
      message.event === 1
        ? Promise.reject(new DeliveryError('550 no'))
        : send.call(receiver, message, attempt)
    bench.take(event(1), event(2, { clientId: 43 }), event(3, { clientId: 44 }))
    await bench.pass(120_000)
    expect(receiver.sent.map(({ event }) => event).toSorted()).toEqual([2, 3])
    expect(bench.status().pending).toBe(1)
  })

  it('gets what waits at once when its settings change or a test arrives', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(1))
    await bench.pass(2 * HOUR_MS, 60_000)
    bench.receiver().fault = null
    expect(await bench.alerts.test('soc')).toMatchObject({ isDelivered: true })
    await settle()
    expect(bench.receiver().sent.map(({ kind }) => kind)).toEqual(['test', 'case-new'])
  })

  it('is given up after three days; that is said, and the next message counts it', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    const receiver = bench.receiver()
    receiver.fault = new DeliveryError('away')
    bench.take(event(1), event(2, { clientId: 43, kind: 'case-reinfected' }))
    await bench.pass(3 * DAY_MS + HOUR_MS, 60_000)
    expect(bench.log.of('given up')[0]!.fields).toEqual({ channel: 'soc', messages: 2 })
    expect(bench.status()).toMatchObject({ pending: 0, dead: 2, held: 2, sent: 0 })
    receiver.fault = null
    bench.take(event(3, { at: bench.clock.wallMs(), clientId: 44 }))
    await bench.pass(2 * HOUR_MS, 60_000)
    expect(receiver.sent).toHaveLength(1)
    expect(receiver.sent[0]).toMatchObject({ count: 3, more: { 'case-new': 1, 'case-reinfected': 1 }, severity: 'high' }) // prettier-ignore
    expect(bench.status()).toMatchObject({ held: 0 })
  })

  it('of several: those who have it are not sent it again', async () => {
    const bench = new AlertsBench(settingsWith(email({ to: ['a@so.example', 'b@so.example'] })))
    const seen: (readonly string[])[] = []
    bench.receiver('duty').send = (_, { receivers }) => {
      seen.push(receivers)
      return receivers.length === 1
        ? Promise.resolve()
        : Promise.reject(new DeliveryError('451 later', ['a@so.example']))
    }
    bench.take(event(1))
    await bench.pass(60_000)
    expect(seen).toEqual([[], ['a@so.example']])
  })
})

describe('conditions', () => {
  it('are told once when they begin and once when they end, over restarts too', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    for (let look = 0; look < 3; look++) bench.alerts.raise(DOWN)
    await settle()
    bench.restart()
    bench.alerts.raise(DOWN)
    await settle()
    expect(bench.receiver().sent.map(({ state }) => state)).toEqual(['begun'])
    for (let look = 0; look < 3; look++) bench.alerts.resolve(DOWN)
    await settle()
    expect(bench.receiver().sent.map(({ state }) => state)).toEqual(['begun', 'resolved'])
    expect(bench.receiver().sent[1]).toMatchObject({ severity: 'info', title: { vi: 'Máy chủ DNS cấp trên đã trả lời trở lại' } }) // prettier-ignore
  })

  it('that never began do not end', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.alerts.resolve({ kind: 'list-stale', about: 'apt32' })
    await settle()
    expect(bench.receiver().sent).toEqual([])
  })

  it('of one list are not those of another', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.alerts.raise({ kind: 'list-stale', about: 'apt32', reason: '9 days' })
    bench.alerts.raise({ kind: 'list-stale', about: 'naikon', reason: '8 days' })
    bench.alerts.resolve({ kind: 'list-stale', about: 'apt32' })
    await bench.pass(1000)
    expect(bench.receiver().sent.map(({ subject, state }) => `${subject.list} ${state}`)).toEqual([
      'apt32 begun',
      'naikon begun',
      'apt32 resolved',
    ])
  })

  it('that come and go all the time give two messages an hour, the last with how things stand', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    for (let minute = 0; minute < 59; minute++) {
      if (minute % 2 === 0) bench.alerts.raise(DOWN)
      else bench.alerts.resolve(DOWN)
      await bench.pass(60_000, 60_000)
    }
    expect(bench.receiver().sent.map(({ state }) => state)).toEqual(['begun', 'resolved'])
    await bench.pass(2 * HOUR_MS, 60_000)
    expect(bench.receiver().sent).toHaveLength(3)
    expect(bench.receiver().sent[2]).toMatchObject({ state: 'begun', count: 57 })
    expect(bench.receiver().told).toBe(59)
  })
})

describe('a test', () => {
  it('goes out at once, whatever the channel wants or waits for', async () => {
    const bench = new AlertsBench(settingsWith(webhook({ on: ['list-stale'], perHour: 1 })))
    expect(await bench.alerts.test('soc')).toEqual({
      channel: 'soc',
      isDelivered: true,
      reason: null,
      durationMs: 0,
    })
    expect(await bench.alerts.test('soc')).toMatchObject({ isDelivered: true })
    const [one, two] = bench.receiver().sent
    expect(one).toMatchObject({ kind: 'test', severity: 'info', title: { vi: 'Tin thử' } })
    expect(one!.id).not.toBe(two!.id)
  })

  it('says why it failed', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().fault = new DeliveryError('connecting to siem.example port 443: ECONNREFUSED\n\x07')
    const reason = 'connecting to siem.example port 443: ECONNREFUSED'
    expect(await bench.alerts.test('soc')).toMatchObject({ isDelivered: false, reason })
    expect(bench.status().lastError).toBe(reason)
  })

  it('of a channel that is not there names those that are', async () => {
    const bench = new AlertsBench(settingsWith(webhook(), email()))
    await expect(bench.alerts.test('siem')).rejects.toThrow(
      'there is no alert channel siem: there are soc, duty',
    )
    await expect(bench.alerts.test('siem')).rejects.toThrow(UnknownChannel)
  })
})

describe('settings that change', () => {
  it('open and close channels; what waits for one that is gone is kept', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver('soc').fault = new DeliveryError('away')
    bench.take(event(1))
    await settle()
    bench.alerts.configure(settingsWith(email()))
    bench.take(event(2))
    await settle()
    expect(bench.receiver('duty').sent.map(({ event }) => event)).toEqual([2])
    bench.receiver('soc').fault = null
    await bench.pass(HOUR_MS, 60_000)
    expect(bench.receiver('soc').sent).toEqual([])
    bench.alerts.configure(settingsWith(webhook()))
    await settle()
    expect(bench.receiver('soc').sent.map(({ event }) => event)).toEqual([1])
  })

  it('leave a channel that did not change as it is', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().isSilent = true
    bench.take(event(1))
    await settle()
    bench.alerts.configure(settingsWith(webhook(), email()))
    await settle()
    expect(bench.receiver().attempts).toHaveLength(1)
  })
})

describe('the clock', () => {
  it.each([['forward', 50 * 365 * DAY_MS], ['back', -30 * DAY_MS]])('that jumps %s neither gives up nor forgets', async (_, jumpMs) => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(1))
    await bench.pass(5000)
    bench.clock.setWall(bench.clock.wallMs() + jumpMs)
    await bench.pass(120_000)
    expect(bench.status()).toMatchObject({ pending: 1, dead: 0 })
    bench.receiver().fault = null
    await bench.pass(HOUR_MS, 60_000)
    expect(bench.receiver().sent).toHaveLength(1)
  }) // prettier-ignore

  it('that was wrong at the start and is set right later costs nothing', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(1))
    await settle()
    bench.clock.setWall(1000)
    bench.restart()
    await bench.pass(60_000)
    bench.clock.setWall(NOON + HOUR_MS)
    await bench.pass(60_000)
    expect(bench.status()).toMatchObject({ pending: 1, dead: 0 })
    bench.receiver().fault = null
    await bench.pass(HOUR_MS, 60_000)
    expect(bench.receiver().sent).toHaveLength(1)
  })
})

describe('the file', () => {
  it('is private', () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1))
    for (const name of readdirSync(bench.directory))
      expect(statSync(join(bench.directory, name)).mode & 0o777, name).toBe(0o600)
  })

  it('forgets what was sent', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.take(event(1))
    await settle()
    expect(bench.receiver().sent).toHaveLength(1)
    const database = new DatabaseSync(join(bench.directory, 'alerts.db'), { readOnly: true })
    expect(database.prepare('SELECT state, content FROM message').all()).toEqual([
      { state: 'sent', content: null },
    ])
    database.close()
  })

  it('that is no database is moved aside', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    await bench.alerts.close()
    writeFileSync(join(bench.directory, 'alerts.db'), 'no database '.repeat(1000))
    bench.restart()
    bench.take(event(1))
    await settle()
    expect(bench.receiver().sent).toHaveLength(1)
    expect(readdirSync(bench.directory).filter((name) => name.includes('.corrupt-'))).toHaveLength(1)
    expect(bench.log.of('moved aside')).toHaveLength(1)
  })

  it('of the version before is taken over whole, with a way back', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().fault = new DeliveryError('away')
    bench.take(event(7))
    await settle()
    await bench.alerts.close()
    const path = join(bench.directory, 'alerts.db')
    const old = new DatabaseSync(path)
    old.exec(`ALTER TABLE outbox DROP COLUMN log; ALTER TABLE outbox DROP COLUMN last_event_at;
      ALTER TABLE channel DROP COLUMN failed_count; PRAGMA user_version = 1`)
    old.close()
    bench.restart()
    expect(bench.alerts.position()).toEqual({ log: null, cursor: 7, lastEventAtMs: null })
    expect(bench.status()).toMatchObject({ pending: 1, failed: 0, lastError: 'away' })
    bench.receiver().fault = null
    await bench.pass(120_000)
    expect(bench.receiver().sent).toHaveLength(1)
    const copy = new DatabaseSync(`${path}.before-2`, { readOnly: true })
    expect(copy.prepare('SELECT * FROM outbox').get()).toEqual({ singleton: 1, instance: expect.any(String) as string, cursor: 7 }) // prettier-ignore
    copy.close()
    expect(statSync(`${path}.before-2`).mode & 0o777).toBe(0o600)
    bench.restart()
    expect(bench.log.of('a copy of the database is kept')).toHaveLength(1)
  })

  it('of a later version is left alone; conditions are told all the same', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    await bench.alerts.close()
    const database = new DatabaseSync(join(bench.directory, 'alerts.db'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    bench.restart()
    expect(bench.take(event(1))).toBe(false)
    expect(bench.alerts.position()).toBeNull()
    expect(bench.alerts.status().trouble).toContain('schema 99')
    bench.alerts.raise(DOWN)
    await settle()
    expect(bench.receiver().sent.map(({ kind }) => kind)).toEqual(['upstreams-down'])
  })
})

describe('a full disk', () => {
  /** A database that cannot grow while `limit.isFull`. */
  function limited() {
    const limit = { isFull: false }
    const connect = (path: string): DatabaseSync => {
      const database = new DatabaseSync(path, { timeout: 50 })
      const { prepare } = database
      const refuse = (): void => {
        if (limit.isFull) throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
      }
      database.prepare = (sql) => {
        const statement = prepare.call(database, sql)
        const { run } = statement
        if (/^(INSERT|UPDATE|DELETE)/.test(sql))
          Object.assign(statement, {
            run: (...values: never[]) => {
              refuse()
              return run.apply(statement, values as never)
            },
          })
        return statement
      }
      const { exec } = database
      database.exec = (sql) => {
        if (sql.startsWith('UPDATE')) refuse()
        exec.call(database, sql)
      }
      return database
    }
    return { limit, connect }
  }

  it('delays events, and tells of itself all the same, once', async () => {
    const { limit, connect } = limited()
    const bench = new AlertsBench(settingsWith(webhook()), { connect })
    limit.isFull = true
    const full = { kind: 'store-trouble', about: '', reason: 'the disk is full' } as const
    expect(bench.take(event(1))).toBe(false)
    for (let look = 0; look < 20; look++) {
      bench.alerts.raise(full)
      await bench.pass(1000)
    }
    expect(bench.receiver().sent.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'store-trouble begun',
    ])
    expect(bench.alerts.status().trouble).toContain('full')
    expect(bench.log.of('cannot be used')).toHaveLength(1)
    limit.isFull = false
    await bench.pass(6000)
    expect(bench.take(event(1))).toBe(true)
    bench.alerts.raise(full)
    bench.alerts.resolve(full)
    await bench.pass(2000)
    expect(bench.receiver().sent.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'store-trouble begun',
      'case-new null',
      'store-trouble resolved',
    ])
    await bench.pass(60_000)
    expect(bench.alerts.status().trouble).toBeNull()
    expect(bench.log.of('can be written again')).toHaveLength(1)
  })
})

describe('an outbox that is full', () => {
  it('counts what is more, says so, and the next message tells the number', async () => {
    const bench = new AlertsBench(settingsWith(webhook()), { maxPending: 10 })
    const receiver = bench.receiver()
    receiver.fault = new DeliveryError('away')
    bench.take(...Array.from({ length: 25 }, (_, index) => event(index + 1, { clientId: index })))
    await settle()
    // The first that is tried counts those that found no room.
    expect(bench.status()).toMatchObject({ pending: 10, pendingAlerts: 25, held: 0, overflowed: 15 })
    expect(bench.log.of('too many alerts wait')[0]!.fields).toEqual({ alerts: 15 })
    receiver.fault = null
    await bench.pass(60_000)
    expect(receiver.told).toBe(25)
    expect(bench.status()).toMatchObject({ pending: 0, held: 0 })
  })
})

describe('the end', () => {
  it('waits a moment for what is under way, then cuts it off, and the next start sends it', async () => {
    const bench = new AlertsBench(settingsWith(webhook()))
    bench.receiver().isSilent = true
    bench.take(event(1))
    await settle()
    const closed = bench.alerts.close()
    await bench.pass(3000)
    await closed
    expect(bench.receiver().attempts).toHaveLength(1)
    bench.receiver().isSilent = false
    bench.restart()
    await bench.pass(60_000)
    expect(bench.receiver().sent).toHaveLength(1)
    expect(bench.receiver().sent[0]!.id).toBe(bench.receiver().attempts[0]!.id)
  })
})
