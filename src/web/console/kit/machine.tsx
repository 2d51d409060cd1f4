/** What a machine is called, and its state in words. */
import type { Words } from '../words/vi/vi.ts'
import { useWords } from '../words/words.ts'
import { Badge, type Tone } from './badge.tsx'
import { wordFor } from './word.ts'

const TONES: Readonly<Record<string, Tone>> = {
  new: 'bad',
  reinfected: 'bad',
  confirmed: 'bad',
  cleaning: 'notice',
  cleaned: 'good',
  'false-alarm': 'plain',
}

/** State of a case, or of a machine by its most pressing one. */
export function StateBadge({ state }: { readonly state: string }) {
  const { machines } = useWords()
  return <Badge tone={TONES[state] ?? 'plain'}>{wordFor(machines.states, state)}</Badge>
}

interface Told {
  readonly id: number
  readonly address: string | null
  readonly identity: { readonly name: string | null; readonly hostName: string | null }
}

/** As the asset register, the machine itself, or its address has it; its number where that is hidden. */
export function machineName({ id, address, identity }: Told, { machines }: Words): string {
  return identity.name ?? identity.hostName ?? address ?? machines.numbered(id)
}
