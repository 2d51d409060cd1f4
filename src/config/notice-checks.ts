/** What no single key of `notice` shows: that somebody is led to it. */
import { isWildcard } from './address.ts'
import type { Checks } from './checks.ts'

/** Adds to `problems` what does not fit together in `notice`. */
export function checkNotice({ config, problems, placeOf }: Checks): void {
  const { notice, sinkhole } = config
  const isWanted = notice.tproxy !== null || notice.http.length + notice.tls.length + notice.tcp.length > 0
  if (isWanted && isWildcard(sinkhole.ipv4) && isWildcard(sinkhole.ipv6))
    problems.add(
      placeOf(['notice']),
      'notice: blocked names are answered with no address, so nobody comes: name one of your own under `sinkhole` that leads here',
    )
}
