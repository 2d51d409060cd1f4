/** `GET /events`: what became of cases, numbered, for those who tell it on. It never says which machine: `/cases` does. */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { Caller } from '../../accounts/principal.ts'
import type { StoredEvent } from '../../detection/cases/queries.ts'
import { StoreUnavailable } from '../../detection/queries.ts'
import type { Admin } from '../app.ts'
import { EventStream } from '../event-stream.ts'
import { ApiError } from '../problem.ts'
import { isInScope } from '../scope.ts'
import { responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

/** Of the connections there are; the others are for calls. */
const MAX_STREAMS = 16
/** Then the reader comes back by itself, and is asked again who it is. */
const STREAM_MS = 60_000
const STEP_MS = 1000
/** A reader that takes less than it is sent comes back where it left off. */
const MAX_WAITING_BYTES = 1 << 20

const NullableText = Type.Union([Type.String(), Type.Null()])

const Event = Type.Object({
  id: Type.Integer({ description: 'its number; ascending, with gaps' }),
  at: Time,
  kind: Type.String({ description: 'case-opened, case-changed, case-reinfected, priority-hit, pair-new' }),
  caseId: Type.Union([Type.Integer(), Type.Null()]),
  clientId: Type.Integer(),
  campaign: Type.String({ description: 'empty: lists without one' }),
  unit: Type.Union([Type.String(), Type.Null()], { description: 'as it was then' }),
  indicator: NullableText,
  list: NullableText,
  state: NullableText,
  actor: NullableText,
})
const Scope = Type.Union([Type.Literal('all'), Type.Literal('cases')], {
  default: 'all',
  description: '`cases`: without `pair-new`',
})
export const EventPage = Type.Object({
  log: Type.String({ description: 'which log it is: in another one the numbers mean nothing' }),
  items: Type.Array(Event),
  next: Type.Integer({ description: 'the number to go on behind; always there' }),
  isGap: Type.Boolean({ description: 'events behind `after` are gone: read the cases anew' }),
})

export function addEventRoutes(app: Admin, { cases, settings, clock, log }: AdminSources): void {
  let streams = 0

  app.get(
    '/events',
    {
      config: { access: 'client.read' },
      schema: {
        tags: ['cases'],
        summary: 'What became of cases, behind a number, of the units the caller is responsible for',
        querystring: strict({
          after: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: Number.MAX_SAFE_INTEGER,
              description: '`next` of the page before; absent: nothing but where the log ends now',
            }),
          ),
          limit: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1000,
              default: 100,
              description: 'events looked at; those of other units are left out of them',
            }),
          ),
          scope: Type.Optional(Scope),
        }),
        response: responses({ 200: EventPage }),
      },
    },
    ({ query: { after, limit = 100, scope = 'all' }, caller }) => {
      if (after === undefined) return { ...cases.eventsEnd(), items: [], isGap: false }
      const { log, events, next, isGap } = cases.eventsAfter(after, limit, scope)
      return { log, items: seenBy(caller, events).map(toEvent), next, isGap }
    },
  )

  app.get(
    '/events/stream',
    {
      config: { access: 'client.read', isBackground: true },
      exposeHeadRoute: false,
      schema: {
        tags: ['cases'],
        summary: 'The same as server-sent events, from now on or behind the id in Last-Event-ID',
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 100 })) }),
        querystring: strict({ scope: Type.Optional(Scope) }),
        response: responses({ 200: Type.Any({ description: 'text/event-stream' }) }),
      },
    },
    ({ query: { scope = 'all' }, headers, caller }, reply) => {
      if (streams >= MAX_STREAMS)
        throw new ApiError(
          'THANHLOC_API_UNAVAILABLE',
          `${MAX_STREAMS} readers of events are the most; ask GET /events instead.`,
        )
      const startMs = clock.monotonicMs()
      const stream = new EventStream(
        {
          read: (after) => cases.eventsAfter(after, 1000, scope),
          end: () => cases.eventsEnd(),
          show: (events) => seenBy(caller, events).map(toEvent),
        },
        headers['last-event-id'] ?? null,
        startMs,
      )
      const body = new Readable({ read: () => {} })
      body.push(stream.step(startMs))
      const stop = clock.every(STEP_MS, () => {
        try {
          const nowMs = clock.monotonicMs()
          const text = stream.step(nowMs)
          if (text !== '') body.push(text)
          if (body.readableLength > MAX_WAITING_BYTES) return void body.destroy()
          if (nowMs - startMs < STREAM_MS) return
          stop()
          body.push(null)
        } catch (error) {
          // The store is being opened anew: what is there is read with the next step.
          if (error instanceof StoreUnavailable) return
          log.error({ error }, 'a stream of events broke off')
          body.destroy()
        }
      })
      streams += 1
      body.once('close', () => {
        streams -= 1
        stop()
      })
      return reply.header('content-type', 'text/event-stream').send(body)
    },
  )

  /** Those of the caller's units, as the units are told now and the events were placed then. */
  function seenBy(caller: Caller, events: readonly StoredEvent[]): readonly StoredEvent[] {
    const { units } = settings()
    const known = new Map<string | null, boolean>()
    return events.filter(({ unit }) => {
      const isSeen = known.get(unit) ?? isInScope(caller, 'client.read', unit, units)
      known.set(unit, isSeen)
      return isSeen
    })
  }
}

function toEvent({ address: _address, hostName: _hostName, at, ...event }: StoredEvent) {
  return { ...event, at: timeText(at) }
}
