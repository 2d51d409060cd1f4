/** What `install`, `upgrade` and `uninstall` share: refusals as errors of a command, and whether it answers. */
import { join } from 'node:path'
import { formatEndpoint } from '../config/address.ts'
import { loadSettings } from '../config/load.ts'
import type { Settings } from '../config/settings.ts'
import { refusals, thisMachine } from '../install/machine.ts'
import type { Places } from '../install/places.ts'
import { ProgramFilesError } from '../install/program-files.ts'
import { Refusal } from '../install/refusal.ts'
import { callAdmin } from './admin-socket.ts'
import { askResolver } from './ask.ts'
import { CommandError, Exit, type Terminal } from './command.ts'

const TYPE_A = 1
const TEST_NAME = 'blocked.thanhloc.test'

/** Runs `work`; what it refuses becomes the message of a CommandError. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  // The user it runs as has to read what root lays down, whatever mask root has.
  process.umask(0o022)
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal || error instanceof ProgramFilesError)
      throw new CommandError(error.message, Exit.Failed, { cause: error })
    throw error
  }
}

/** Throws Refusal where this machine cannot be a server. */
export function checkMachine(): void {
  const reasons = refusals(thisMachine())
  if (reasons.length > 0) throw new Refusal(reasons)
}

/** The installed configuration. Throws Refusal where it is faulty. */
export function installedSettings(places: Places): Settings {
  const loaded = loadSettings({ file: places.configFile })
  if ('errors' in loaded) throw new Refusal(loaded.errors)
  return loaded.settings
}

/** Asks the server for the name that is there to test with, and for its state. Throws CommandError when it does not answer. */
export async function tellAnswers({ listen, store }: Settings, terminal: Terminal): Promise<void> {
  await askResolver(listen[0]!, TEST_NAME, TYPE_A)
  await callAdmin(join(store.path, 'admin.sock'), { method: 'GET', path: '/api/v1/status' })
  terminal.print(`Thanh Lọc trả lời tại · answers at ${listen.map(formatEndpoint).join(', ')}`)
}
