/** `upgrade`: this version in place of the one installed; `--back`: the one before in place of this. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isPackaged, originOf } from '../install/installation.ts'
import { configurationStep, layingSteps, switchStep } from '../install/laying.ts'
import { placesUnder, UNIT, type Places } from '../install/places.ts'
import { Refusal } from '../install/refusal.ts'
import { restart, serviceState, serviceStep } from '../install/service.ts'
import { userStep } from '../install/system-steps.ts'
import { runSteps, type Step } from '../install/step.ts'
import { leftOver, switchTo, versionsOf } from '../install/versions.ts'
import { CommandError, Exit, type Command, type Terminal } from './command.ts'
import { checkMachine, installedSettings, refusing, tellAnswers } from './installing.ts'

export const command: Command = {
  usage: 'upgrade [--back] [--dry-run]',
  description: `Run from the directory of a newer version: puts it beside the one that is installed, lets it run in its place, and
asks it. One that does not answer makes way for the one before at once. Configuration, lists and data stay as they are;
the server takes its databases forward by itself and keeps a copy of what they were (docs/operations.md).
\`thanhloc upgrade --back\` lets the version before run again.`,
  options: {
    back: { value: null, help: 'let the version before run again' },
    'dry-run': { value: null, help: 'say each step and do none' },
  },
  positionals: { least: 0, most: 0 },

  run: (args, terminal) =>
    refusing(async () => {
      checkMachine()
      const places = placesUnder('/')
      const isDryRun = args.flag('dry-run')
      return args.flag('back') ? goBack(places, isDryRun, terminal) : goForward(places, isDryRun, terminal)
    }),
}

async function goForward(places: Places, isDryRun: boolean, terminal: Terminal): Promise<number> {
  const origin = originOf(places)
  const before = versionsOf(places).current
  if (before === null)
    throw new Refusal([
      'chưa cài: dùng `install` · nothing is installed here: use `install` in place of `upgrade`',
    ])
  if (isPackaged(places) && !origin.isInPlace)
    throw new Refusal([
      'được cài bằng gói Debian: nâng cấp bằng apt install ./thanhloc….deb · it was installed from a Debian package: upgrade it with apt install and the file of the new package',
    ])
  const settings = installedSettings(places)
  const wasActive = serviceState(places).isActive
  const steps = [
    // The lists before the switch: they are compared with what the version before brought.
    ...(origin.isInPlace
      ? []
      : [...layingSteps(places, origin), configurationStep(places, origin.root, () => '')]),
    // The version before may not have known all of them.
    userStep(places),
    switchStep(places, origin.version),
    serviceStep(places, origin.version, false),
    tidyStep(places, origin.version),
  ]
  try {
    await runSteps(steps, isDryRun, terminal.print)
    if (!isDryRun && wasActive) await tellAnswers(settings, terminal)
  } catch (error) {
    if (isDryRun || versionsOf(places).current === before || versionsOf(places).previous === null) throw error
    terminal.complain((error as Error).message)
    returnTo(places)
    throw new CommandError(
      `phiên bản ${origin.version} không trả lời, đã quay lại phiên bản trước · ${origin.version} does not answer: the version before runs again`,
      Exit.Failed,
      { cause: error },
    )
  }
  return Exit.Ok
}

async function goBack(places: Places, isDryRun: boolean, terminal: Terminal): Promise<number> {
  const { current, previous } = versionsOf(places)
  if (previous === null)
    throw new Refusal(['không còn phiên bản trước · there is no version before this one to go back to'])
  terminal.print(`${current ?? '?'} → ${previous}, systemctl restart ${UNIT}`)
  if (isDryRun) return Exit.Ok
  returnTo(places)
  await tellAnswers(installedSettings(places), terminal)
  return Exit.Ok
}

/** The two change places, so that going back twice is going forward. */
function returnTo(places: Places): void {
  switchTo(places, versionsOf(places).previous!)
  restart()
}

/** Versions that nobody can go back to any more. */
function tidyStep(places: Places, version: string): Step {
  const old = (): string[] =>
    existsSync(places.program) ? leftOver(places).filter((name) => name !== version) : []
  return {
    title: 'phiên bản cũ hơn · older versions',
    pending: () => (old().length === 0 ? null : `rm -r ${old().join(' ')}`),
    apply() {
      for (const name of old()) rmSync(join(places.program, name), { recursive: true, force: true })
    },
  }
}
