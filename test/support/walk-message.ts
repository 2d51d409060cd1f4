/**
 * A plain reader of whole messages, written apart from the code it checks: names as labels, records as they stand.
 * Throws RangeError for what cannot be read to its end.
 */

/** Lower-case, each as a latin1 string; a label may hold a dot. */
export type Labels = readonly string[]

export interface WalkedRecord {
  readonly section: 'answer' | 'authority' | 'additional'
  readonly type: number
  readonly rrclass: number
  /** Where its data begin, and how many octets they are. */
  readonly at: number
  readonly length: number
}

export interface Walked {
  readonly id: number
  readonly isResponse: boolean
  readonly opcode: number
  readonly rcode: number
  readonly truncated: boolean
  /** null: no question. */
  readonly question: { readonly name: Labels; readonly type: number; readonly qclass: number } | null
  /** Offset behind the question. */
  readonly questionEnd: number
  readonly records: readonly WalkedRecord[]
  /** Offset behind the last record. */
  readonly end: number
}

export function walkMessage(bytes: Uint8Array): Walked {
  const counts = [4, 6, 8, 10].map((at) => word(bytes, at))
  const flags = word(bytes, 2)
  if (counts[0]! > 1) throw new RangeError('more than one question')
  let at = 12
  let question: Walked['question'] = null
  if (counts[0] === 1) {
    const name = nameAt(bytes, at)
    at = name.behind + 4
    question = { name: name.labels, type: word(bytes, at - 4), qclass: word(bytes, at - 2) }
  }
  const questionEnd = at
  const records: WalkedRecord[] = []
  for (const [index, section] of (['answer', 'authority', 'additional'] as const).entries()) {
    for (let left = counts[index + 1]!; left > 0; left--) {
      at = behindName(bytes, at)
      const record = { section, type: word(bytes, at), rrclass: word(bytes, at + 2), at: at + 10, length: word(bytes, at + 8) } // prettier-ignore
      records.push(record)
      at = record.at + record.length
      if (at > bytes.length) throw new RangeError('a record ends behind the message')
    }
  }
  return {
    id: word(bytes, 0),
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    rcode: flags & 15,
    truncated: (flags & 0x200) !== 0,
    question,
    questionEnd,
    records,
    end: at,
  }
}

/** The name at `at`, decompressed, and the offset behind it where it stands. */
export function nameAt(
  bytes: Uint8Array,
  from: number,
): { readonly labels: string[]; readonly behind: number } {
  const labels: string[] = []
  let at = from
  let behind = -1
  for (let step = 0; step < 300; step++) {
    const size = octet(bytes, at)
    if (size === 0) return { labels, behind: behind === -1 ? at + 1 : behind }
    if (size >= 0xc0) {
      if (behind === -1) behind = at + 2
      at = word(bytes, at) & 0x3fff
    } else if (size > 63) throw new RangeError('no label')
    else {
      if (at + size >= bytes.length) throw new RangeError('a label ends behind the message')
      labels.push(Buffer.from(bytes.subarray(at + 1, at + 1 + size)).toString('latin1').replace(/[A-Z]/g, (letter) => letter.toLowerCase())) // prettier-ignore
      at += size + 1
    }
  }
  throw new RangeError('a name without end')
}

/** The offset behind the name at `from`, wherever its pointer leads: what an owner says is the client's to read. */
function behindName(bytes: Uint8Array, from: number): number {
  let at = from
  while (octet(bytes, at) > 0 && octet(bytes, at) < 64) at += octet(bytes, at) + 1
  return octet(bytes, at) === 0 ? at + 1 : at + 2
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new RangeError('the message is cut short')
  return value
}

function word(bytes: Uint8Array, at: number): number {
  return (octet(bytes, at) << 8) | octet(bytes, at + 1)
}
