/** `install`: this machine becomes a server. Each step can be told without being done, done twice, and undone. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatEndpoint } from '../config/address.ts'
import type { Endpoint } from '../config/settings.ts'
import { firstConfiguration, resolvConfOf } from '../install/first-configuration.ts'
import { isPackaged, originOf } from '../install/installation.ts'
import { configurationStep, layingSteps, switchStep } from '../install/laying.ts'
import { conflicts, listenAddresses, readEndpoint } from '../install/listen-addresses.ts'
import { placesUnder, type Places } from '../install/places.ts'
import { Refusal } from '../install/refusal.ts'
import { serviceState, serviceStep } from '../install/service.ts'
import { runSteps } from '../install/step.ts'
import { receiveBufferStep, userStep } from '../install/system-steps.ts'
import { versionsOf } from '../install/versions.ts'
import type { Arguments } from './arguments.ts'
import { Exit, type Command } from './command.ts'
import { checkMachine, installedSettings, refusing, tellAnswers } from './installing.ts'

export const command: Command = {
  usage: 'install [--listen ADDR[:PORT]]… [--upstream ADDR[:PORT]]… [--dry-run]',
  description: `Makes this machine a server under systemd: the program in /usr/lib/thanhloc, its user, the service that starts with
the machine, the configuration in /etc/thanhloc and the data in /var/lib/thanhloc. It answers on port 53 of the
addresses by which the machine reaches its default route, and on no other: 127.0.0.53 stays with systemd-resolved, and
how the machine itself finds names is not touched. Clean names go to the resolvers the machine uses now.
Run again it does what is missing; a configuration that is there stays. \`thanhloc uninstall\` takes all of it back.`,
  options: {
    listen: { value: 'ADDR[:PORT]', repeat: true, help: 'answer here, instead of on the addresses found' },
    upstream: { value: 'ADDR[:PORT]', repeat: true, help: 'forward clean names to this resolver' },
    'dry-run': { value: null, help: 'say each step and do none' },
  },
  positionals: { least: 0, most: 0 },

  run: (args, terminal) =>
    refusing(async () => {
      checkMachine()
      const places = placesUnder('/')
      const origin = originOf(places)
      const { current } = versionsOf(places)
      if (current !== null && current !== origin.version)
        throw new Refusal([
          `phiên bản ${current} đã được cài: dùng \`thanhloc upgrade\` · version ${current} is installed: use \`upgrade\` in place of \`install\``,
        ])
      const listen = listenOf(args, places)
      const isDryRun = args.flag('dry-run')
      const steps = [
        ...(origin.isInPlace ? [] : layingSteps(places, origin)),
        userStep(places),
        configurationStep(places, origin.root, () => configurationText(args, listen, places, origin.root)),
        receiveBufferStep(places, origin.root),
        switchStep(places, origin.version),
        serviceStep(places, origin.version, true),
      ]
      await runSteps(steps, isDryRun, terminal.print)
      if (isDryRun) {
        terminal.print(`sẽ trả lời tại · it would answer at ${listen.map(formatEndpoint).join(', ')}; không có gì thay đổi · nothing was changed`) // prettier-ignore
        return Exit.Ok
      }
      await tellAnswers(installedSettings(places), terminal)
      terminal.print(
        `cấu hình · configuration: ${places.configFile}\ntrạng thái · state: thanhloc status\ngỡ cài đặt · to remove it: ${isPackaged(places) ? 'apt remove thanhloc' : 'thanhloc uninstall'}`,
      )
      return Exit.Ok
    }),
}

/** Where it is to answer. Throws Refusal where that is taken, or a configuration says otherwise. */
function listenOf(args: Arguments, places: Places): readonly Endpoint[] {
  const asked = args.texts('listen')
  const isConfigured = existsSync(places.configFile)
  if (isConfigured && (asked ?? args.texts('upstream')) !== null)
    throw new Refusal([
      `đã có cấu hình ${places.configFile}: sửa listen, upstreams trong đó · there is a configuration: change listen and upstreams in ${places.configFile}`,
    ])
  const listen = isConfigured ? installedSettings(places).listen : listenAddresses(asked)
  const taken = conflicts(listen, serviceState(places).pid)
  if (taken.length > 0) throw new Refusal(taken)
  return listen
}

function configurationText(
  args: Arguments,
  listen: readonly Endpoint[],
  places: Places,
  root: string,
): string {
  const upstreams = (args.texts('upstream') ?? []).map((text) => readEndpoint('--upstream', text))
  const hosts = existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : ''
  const resolvConf = upstreams.length > 0 ? null : resolvConfOf(hosts)
  const sample = readFileSync(join(root, 'config/thanhloc.yaml'), 'utf8')
  return firstConfiguration(sample, { listen, upstreams, resolvConf }, places)
}
