/** `flush`: empties the cache of every thread, or forgets what is known of one name. */
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, type Command } from './command.ts'
import { readDomainWord } from './words.ts'

export const command: Command = {
  usage: 'flush [NAME]',
  description: `Forgets all cached answers, or those for NAME alone (not for names under it). Done when every thread has done it.
Blocking needs no flush: a listing bites on cached answers at once.`,
  options: SOCKET_OPTIONS,
  positionals: { least: 0, most: 1 },

  async run(args, terminal) {
    const name = args.words[0] === undefined ? null : readDomainWord(args.words[0])
    const query = name === null ? '' : `?name=${encodeURIComponent(name)}`
    const reply = await callAdmin(socketPath(args), { method: 'POST', path: `/api/v1/cache/flush${query}` })
    const { removed } = reply as { readonly removed: number }
    terminal.print(
      `${removed} cached ${removed === 1 ? 'answer' : 'answers'}${name === null ? '' : ` for ${name}`} forgotten`,
    )
    return Exit.Ok
  },
}
