/** What the calls about reports of a wrong block give. */
import { Type } from 'typebox'
import { REPORT_STATES, type BlockReport } from '../review/block-reports.ts'
import { Verdict, type VerdictReport } from './routes/lists.ts'
import { Time, timeText } from './schema.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])

export const BlockReportItem = Type.Object(
  {
    id: Type.Integer(),
    reference: Type.String({ description: 'the code the person was told to name' }),
    name: Type.String({ description: 'what is said to be blocked wrongly, lower-case A-labels' }),
    text: Type.String({ description: 'in the words of the person, may be empty: data, never markup' }),
    state: Type.Enum([...REPORT_STATES]),
    count: Type.Integer({ description: 'how often it was said from there while it was open' }),
    at: Time,
    lastAt: { ...Time, description: 'when it was said again' },
    clientId: Type.Union([Type.Integer(), Type.Null()], {
      description: 'the client it was; null: no hit or contact of it was known',
    }),
    address: Type.Union([Type.String(), Type.Null()], { description: 'it came from; null: hidden' }),
    hostName: Type.Union([Type.String(), Type.Null()], {
      description: 'of who had the address then; null: not known, or hidden',
    }),
    mac: NullableText,
    unit: Type.Union([Type.String(), Type.Null()], { description: 'of the address' }),
    decision: Type.Union([Type.Object({ by: Type.String(), at: Time, reason: Type.String() }), Type.Null()], {
      description: 'null: it is open',
    }),
    verdict: Type.Union([Verdict, Type.Null()], {
      description:
        'what that machine is answered for the name now, as in `/lookup`; null: nobody can say now',
    }),
  },
  { description: 'a person says that a name is blocked wrongly' },
)

export function toBlockReport(
  report: BlockReport,
  unit: string | null,
  verdict: VerdictReport | null,
  reveals: boolean,
) {
  const { id, reference, name, text, state, count, clientId, address, hostName, mac, decision } = report
  const who = reveals ? { address, hostName, mac } : { address: null, hostName: null, mac: null }
  return {
    id,
    reference,
    name,
    text,
    state,
    count,
    at: timeText(report.atMs),
    lastAt: timeText(report.lastMs),
    clientId,
    ...who,
    unit,
    decision:
      decision === null ? null : { by: decision.actor, at: timeText(decision.atMs), reason: decision.reason },
    verdict,
  }
}
