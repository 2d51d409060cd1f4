/** `status`: is it well, since when, what is wrong and what to do. */
import { dirname } from 'node:path'
import { stringify } from 'yaml'
import type { StatusReport } from '../admin/routes/status.ts'
import { callAdmin, NotRunningError, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command } from './command.ts'
import { painter } from './screen.ts'
import { describeStatus } from './status-screen.ts'
import { linesIn, readTongue, TONGUE_OPTION } from './tongue.ts'

export const command: Command = {
  usage: 'status [--full | --json] [--lang vi|en]',
  description: `Says on one screen whether the running server is well, since when, what is wrong and what to do, with a few figures.
--full prints all it says of itself: threads, lists, upstreams, cache, store, sources, channels, nodes, configuration.
Exit code 0: healthy. 1: something is wrong, or needs a look. 2: it cannot be told, because no server answers.`,
  options: {
    full: { value: null, help: 'print everything, as YAML' },
    json: { value: null, help: 'print everything, as JSON' },
    ...TONGUE_OPTION,
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const tongue = readTongue(args)
    const path = socketPath(args)
    let status: StatusReport
    try {
      status = (await callAdmin(path, { method: 'GET', path: '/api/v1/status' })) as StatusReport
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      const why =
        error instanceof NotRunningError
          ? `không có máy chủ nào chạy với thư mục dữ liệu ${dirname(path)}; khởi động bằng \`thanhloc serve\` (hoặc \`systemctl start thanhloc\`)`
          : 'không biết được tình trạng: máy chủ không trả lời'
      const said = linesIn(tongue, { vi: why, en: error.message })
      throw new CommandError(said.join('\n'), Exit.Invalid, { cause: error })
    }
    if (args.flag('json')) terminal.print(JSON.stringify(status, null, 2))
    else if (args.flag('full')) terminal.print(stringify(status, { lineWidth: 0 }).trimEnd())
    else terminal.print(describeStatus(status, tongue, painter(terminal.screen)).join('\n'))
    return status.health.state === 'ok' ? Exit.Ok : Exit.Failed
  },
}
