/** The review as it is tied to the other threads: lists answer what is in force, resolvers what they keep. */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { EnforcedFile } from '../lists/enforced-file.ts'
import type { Logger } from '../log/log.ts'
import type { Mailbox } from '../thread/mail.ts'
import { EntryOrigins, type ListedEntry } from './entry-origins.ts'
import { Review } from './review.ts'
import { askShared } from './sharing.ts'

/** A build of ten million names takes ten seconds; a busy machine longer. */
const LISTS_WAIT_MS = 120_000
/** A gigabyte of answers is gone through in ten seconds, a little at a time. */
const SHARED_WAIT_MS = 60_000

export interface ReviewTies {
  readonly settings: () => Settings
  readonly mail: Mailbox
  /** Resolver threads. */
  readonly workers: number
  readonly clock: Clock
  readonly log: Logger
}

/** Answers `imports/origins` too: where entries come from that the store has met. */
export function openReview({ settings, mail, workers, clock, log }: ReviewTies): Review {
  const askLists = <T>(type: string, body: unknown): Promise<T> =>
    mail.request('lists', type, body, LISTS_WAIT_MS)
  const review = new Review({
    settings,
    clock,
    log,
    shared: (addresses, except) =>
      askShared(addresses, except, workers, (thread, asked) =>
        mail.request(`resolver-${thread}`, 'resolver/shared', asked, SHARED_WAIT_MS),
      ),
    standings: (indicators) => askLists('lists/standings', { indicators }),
    enforcedAddresses: async () =>
      (await askLists<EnforcedFile>('lists/enforced', { format: 'addresses' })).path,
    bringInForce: async (list) => {
      await askLists('lists/reload', { id: list, force: false })
    },
  })
  const ofFile = (list: string, indicators: readonly string[]) =>
    askLists<Awaited<ReturnType<EntryOrigins['of']>>>('lists/origins', { list, indicators })
  const origins = new EntryOrigins({ settings, review, ofFile })
  mail.on('imports/origins', (body) => origins.of(body as readonly ListedEntry[]))
  return review
}
