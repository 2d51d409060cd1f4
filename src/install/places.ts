/** Where everything of an installation lies, by the Filesystem Hierarchy Standard 3.0. */
import { join } from 'node:path'

/** The user the server runs as, and the name of its unit. */
export const USER = 'thanhloc'
export const UNIT = 'thanhloc.service'
/** The same of the notice service, which the officer enables. */
export const NOTICE_USER = 'thanhloc-notice'
export const NOTICE_UNIT = 'thanhloc-notice.service'

/** In the project. */
export const SYSCTL = 'config/systemd/sysctl.conf'

export interface Places {
  /** One directory a version, and two links: the version that runs and the one before it. */
  readonly program: string
  readonly current: string
  readonly previous: string
  /** The command in everybody's path: a link to that of the current version. */
  readonly command: string
  readonly configFile: string
  readonly configDirectory: string
  /** Lists that came with the program, to be edited. */
  readonly blocklists: string
  readonly data: string
  readonly cache: string
  readonly noticeCache: string
  readonly unit: string
  readonly noticeUnit: string
  readonly tmpfiles: string
  /** Where the server and the notice service meet. */
  readonly run: string
  readonly sysusers: string
  readonly sysctl: string
  /** What dpkg knows of the package, where it was installed by that. */
  readonly packageRecord: string
}

/** The places below `root`: `/`, or the directory a package or a test is made in. */
export function placesUnder(root: string): Places {
  const program = join(root, 'usr/lib/thanhloc')
  const configDirectory = join(root, 'etc/thanhloc')
  return {
    program,
    current: join(program, 'current'),
    previous: join(program, 'previous'),
    command: join(root, 'usr/bin/thanhloc'),
    configFile: join(configDirectory, 'thanhloc.yaml'),
    configDirectory,
    blocklists: join(configDirectory, 'blocklists'),
    data: join(root, 'var/lib/thanhloc'),
    cache: join(root, 'var/cache/thanhloc'),
    noticeCache: join(root, 'var/cache/thanhloc-notice'),
    unit: join(root, 'usr/lib/systemd/system', UNIT),
    noticeUnit: join(root, 'usr/lib/systemd/system', NOTICE_UNIT),
    tmpfiles: join(root, 'usr/lib/tmpfiles.d/thanhloc.conf'),
    run: join(root, 'run/thanhloc'),
    sysusers: join(root, 'usr/lib/sysusers.d/thanhloc.conf'),
    sysctl: join(root, 'usr/lib/sysctl.d/60-thanhloc.conf'),
    packageRecord: join(root, 'var/lib/dpkg/info/thanhloc.list'),
  }
}

/** Files of the project that lie outside the program's own directory: in the project → where. */
export function systemFiles(places: Places): readonly (readonly [from: string, to: string])[] {
  return [
    ['config/systemd/thanhloc.service', places.unit],
    ['config/systemd/thanhloc-notice.service', places.noticeUnit],
    ['config/systemd/sysusers.conf', places.sysusers],
    ['config/systemd/tmpfiles.conf', places.tmpfiles],
    [SYSCTL, places.sysctl],
  ]
}
