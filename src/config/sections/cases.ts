/** When a cleaned machine counts as infected again, and how long things are kept: `cases`, `keep`. */
import { Type, type Static } from 'typebox'
import { formatDuration } from '../duration.ts'
import { checked, durationMs } from '../formats.ts'
import { formatHeld, formatMonths, parseHeld, parseMonths } from '../keeping.ts'
import { LEVEL_MONTHS, type CaseSettings, type KeepSettings, type SecurityLevel } from '../settings.ts'

export const CasesSchema = Type.Object(
  {
    grace: Type.String({
      format: 'time-span',
      description:
        'How long after a machine was reported clean its hits are counted and do not yet reopen the case: the last restart, a test by hand, a page still open. Malware that is still there asks again within hours.',
      default: '1h',
      atLeast: '0s',
      atMost: '7d',
    }),
  },
  { description: 'Cases: one for each machine and campaign.', additionalProperties: false },
)

export const KeepSchema = Type.Object(
  {
    level: Type.Union([Type.Null(), Type.Integer({ minimum: 2, maximum: 5 })], {
      description:
        'Security level (cấp độ) of the system that the resolver belongs to. At levels 2, 3, 4, 5 events are to be kept at least 1, 3, 6, 12 months; less is warned of.',
      default: null,
    }),
    hits: Type.Union([Type.Null(), Type.String({ format: 'months' })], {
      description:
        'How long a hit is kept after the machine last asked for the indicator. None: what `level` asks for, 12 months without a level.',
      default: null,
    }),
    cases: Type.Union([Type.Null(), Type.String({ format: 'months' })], {
      description:
        'How long a case and its history are kept after its last hit and its last change. None: 24 months, so that a year can be compared with the one before.',
      default: null,
    }),
    audit: Type.Union([Type.Null(), Type.String({ format: 'months' })], {
      description:
        'How long a row of the audit trail is kept; never shorter than hits, because it says who saw them. None: as long as the longer of `hits` and `cases`. Nothing of it goes while a legal hold is in force.',
      default: null,
    }),
    holds: Type.Array(
      Type.Object(
        {
          document: Type.String({ description: 'Number of the document that orders it.', maxLength: 200 }),
          what: Type.String({
            format: 'held',
            description: '`all`, `unit:ID` (units under it too), `campaign:ID`, `client:NUMBER`.',
          }),
        },
        { additionalProperties: false },
      ),
      {
        description:
          'Legal holds: nothing of what they name is deleted. They can be set while the server runs, too.',
        default: [],
        maxItems: 1000,
      },
    ),
  },
  {
    description:
      'How long is kept what is known of machines. What is older is deleted for good, and a record says how much went by which rule.',
    additionalProperties: false,
  },
)

const DEFAULT_HITS_MONTHS = 12
const DEFAULT_CASES_MONTHS = 24

/** Normalises `cases`. */
export function readCases(cases: Static<typeof CasesSchema>): CaseSettings {
  return { graceMs: durationMs(cases.grace) }
}

/** Normalises `keep`. */
export function readKeep(keep: Static<typeof KeepSchema>): KeepSettings {
  const level = keep.level as SecurityLevel | null
  const orElse = (text: string | null, months: number): number =>
    text === null ? months : checked(parseMonths(text))
  const hitsMonths = orElse(keep.hits, level === null ? DEFAULT_HITS_MONTHS : LEVEL_MONTHS[level])
  const casesMonths = orElse(keep.cases, DEFAULT_CASES_MONTHS)
  return {
    level,
    hitsMonths,
    casesMonths,
    auditMonths: Math.max(hitsMonths, orElse(keep.audit, casesMonths)),
    holds: keep.holds.map(({ document, what }) => ({ document, ...checked(parseHeld(what)) })),
  }
}

/** The sections that say the same, every key written out. */
export function writeCases({ graceMs }: CaseSettings): Static<typeof CasesSchema> {
  return { grace: formatDuration(graceMs) }
}

/** As `writeCases`. */
export function writeKeep({
  level,
  hitsMonths,
  casesMonths,
  auditMonths,
  holds,
}: KeepSettings): Static<typeof KeepSchema> {
  return {
    level,
    hits: formatMonths(hitsMonths),
    cases: formatMonths(casesMonths),
    audit: formatMonths(auditMonths),
    holds: holds.map(({ document, ...held }) => ({ document, what: formatHeld(held) })),
  }
}
