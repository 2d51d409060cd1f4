/** Contacts with the sinkhole's address as the notice service tells them, by what matters in a test. */
import type { Contact } from '../../src/notice/letters.ts'

/** A program's request at `ms`, once. */
export function contactOf(given: Partial<Contact> & { readonly at?: number } = {}): Contact {
  const { at = 0, ...rest } = given
  return {
    client: '10.0.0.1', clientPort: 50_001, local: '10.10.10.10', port: 80, protocol: 'http', host: 'evil.test', method: 'GET',
    path: '/gate.php', userAgent: null, hasReferrer: false, firstBytes: 'ab'.repeat(32), firstBytesLength: 90,
    isBrowserLike: false, count: 1, firstMs: at, lastMs: at, ...rest,
  } // prettier-ignore
}
