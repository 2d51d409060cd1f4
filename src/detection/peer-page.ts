/**
 * Reads a page of another node's hits. It comes over a network, so it is checked in full before any of it is believed.
 * The compiler of the check takes 12 MB of each thread that loads it: threads do so with the first page.
 */
import { Compile } from 'typebox/compile'
import { PeerPageSchema, type PeerPage } from './peer-page-schema.ts'
import { BadPeerPage } from './peer-position.ts'

export type { PeerClient, PeerPage, PeerRow } from './peer-page-schema.ts'

const compiled = Compile(PeerPageSchema)

/** The page in what another node sent. Throws BadPeerPage. */
export function readPeerPage(sent: unknown): PeerPage {
  if (compiled.Check(sent)) {
    const known = new Set(sent.clients.map(({ client }) => client))
    const stray = sent.rows.find(({ client }) => !known.has(client))
    if (stray === undefined) return sent
    throw new BadPeerPage(`a row belongs to client ${stray.client}, of whom nothing is told`)
  }
  const [error] = compiled.Errors(sent)
  throw new BadPeerPage(
    `no page of hits: ${error?.instancePath || 'the whole of it'} ${error?.message ?? 'is wrong'}`,
  )
}
