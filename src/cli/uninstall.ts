/** `uninstall`: the way back from `install`. What belongs to the agency stays unless `--purge` is given. */
import { isPackaged } from '../install/installation.ts'
import { placesUnder } from '../install/places.ts'
import { Refusal } from '../install/refusal.ts'
import { removalSteps } from '../install/removal.ts'
import { runSteps } from '../install/step.ts'
import { Exit, type Command } from './command.ts'
import { checkMachine, refusing } from './installing.ts'

export const command: Command = {
  usage: 'uninstall [--purge] [--dry-run]',
  description: `Stops the service and removes what \`thanhloc install\` has made. The configuration, the lists, the data and the user
they belong to stay, so that a later installation goes on from there; with --purge they go as well.`,
  options: {
    purge: { value: null, help: 'remove the configuration, the lists, the data and the user too' },
    'dry-run': { value: null, help: 'say each step and do none' },
  },
  positionals: { least: 0, most: 0 },

  run: (args, terminal) =>
    refusing(async () => {
      checkMachine()
      const places = placesUnder('/')
      const isPurge = args.flag('purge')
      if (isPackaged(places))
        throw new Refusal([
          `được cài bằng gói Debian: apt ${isPurge ? 'purge' : 'remove'} thanhloc · it was installed from a Debian package: apt ${isPurge ? 'purge' : 'remove'} thanhloc`,
        ])
      await runSteps(removalSteps(places, isPurge), args.flag('dry-run'), terminal.print)
      if (!isPurge)
        terminal.print(
          `giữ lại · kept: ${places.configDirectory}, ${places.data} (xóa hết · to remove them too: --purge)`,
        )
      return Exit.Ok
    }),
}
