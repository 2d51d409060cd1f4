/** `reports`: what people say is blocked wrongly, and what a person decides about it. */
import type { Static } from 'typebox'
import type { BlockReportItem } from '../admin/block-report-schema.ts'
import type { ReportOutcome } from '../review/block-reports.ts'
import { readVerb } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, UsageError, type Command } from './command.ts'
import { describeExplanation } from './explanation.ts'
import { plain } from './plain.ts'
import { localTime, readDurationWord } from './words.ts'

type Report = Static<typeof BlockReportItem>

const VERBS = {
  list: { takesName: false },
  show: { takesName: true },
  allow: { takesName: true },
  keep: { takesName: true },
  dismiss: { takesName: true },
} as const

const OUTCOMES: Readonly<Record<'allow' | 'keep' | 'dismiss', ReportOutcome>> = {
  allow: 'allowed',
  keep: 'kept',
  dismiss: 'invalid',
}

const STATES: Readonly<Record<Report['state'], string>> = {
  open: 'chờ quyết định · open',
  allowed: 'đã cho qua · let through',
  kept: 'vẫn chặn · stays blocked',
  invalid: 'không hợp lệ · no report',
}

const SHOWN = 100
const DEFAULT_FOR = '24h'

export const command: Command = {
  usage: 'reports list|show|allow|keep|dismiss [NUMBER] [options]',
  description: `Reports from the notice page that a name is blocked wrongly ("báo chặn nhầm"), and what is decided about them.
  list             those that wait for a decision, the newest first; --all: decided ones too
  show NUMBER      one, and on which basis the name is blocked now
  allow NUMBER     lets the name and all under it through for --for (${DEFAULT_FOR} unless given), and writes that down
  keep NUMBER      the block is right and stays
  dismiss NUMBER   it is no report: a test, a jest
Each decision needs --reason TEXT and is recorded with who made it.`,
  options: {
    reason: { value: 'TEXT', help: 'why; kept with the decision and in the audit trail' },
    for: { value: 'DURATION', help: 'with allow: how long, 10m, 24h, 7d' },
    all: { value: null, help: 'with list: also those that are decided' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    const socket = socketPath(args)
    const isJson = args.flag('json')
    if (verb === 'list') {
      const query = new URLSearchParams({ limit: String(SHOWN), ...(!args.flag('all') && { state: 'open' }) })
      const reply = await callAdmin(socket, { method: 'GET', path: `/api/v1/reports?${query.toString()}` })
      const { items, next } = reply as { readonly items: readonly Report[]; readonly next: string | null }
      if (isJson) terminal.print(JSON.stringify(reply, null, 2))
      else if (items.length === 0) terminal.print('không có báo cáo nào · there are none')
      else terminal.print([...items.map(describeShort), ...(next === null ? [] : ['… còn nữa · there are more'])].join('\n')) // prettier-ignore
      return Exit.Ok
    }
    if (!/^[1-9]\d{0,14}$/.test(name))
      throw new UsageError(`"${name}" is no report: write its number; reports list shows them`)
    const path = `/api/v1/reports/${name}`
    if (verb === 'show') {
      const report = (await callAdmin(socket, { method: 'GET', path })) as Report
      terminal.print(isJson ? JSON.stringify(report, null, 2) : describe(report))
      return Exit.Ok
    }
    const reason = args.text('reason')?.trim() ?? ''
    if (reason === '') throw new UsageError('say why with --reason TEXT: it is kept with the decision')
    if (verb !== 'allow' && args.text('for') !== null) throw new UsageError('--for belongs to allow')
    if (verb === 'allow') {
      const duration = readDurationWord(args.text('for') ?? DEFAULT_FOR)
      const report = (await callAdmin(socket, { method: 'GET', path })) as Report
      const body = { name: report.name, reason, for: duration }
      if (report.decision === null) await callAdmin(socket, { method: 'POST', path: '/api/v1/allow', body })
    }
    const body = { outcome: OUTCOMES[verb], reason }
    const decided = (await callAdmin(socket, { method: 'POST', path: `${path}/decide`, body })) as Report
    terminal.print(isJson ? JSON.stringify(decided, null, 2) : describeShort(decided))
    return Exit.Ok
  },
}

/** `#5 7C4Q2-9F3D adobe.riceaub.com (chờ quyết định · open) 10.1.2.3 PC-KETOAN, so-yte, 21/11/2026 15:40`. */
function describeShort(report: Report): string {
  const { id, reference, name, state, address, hostName, unit, at, count, decision } = report
  const who = [address, hostName === null ? null : plain(hostName), unit === null ? null : `(${unit})`]
  const often = count > 1 ? `, ${count}×` : ''
  const by = decision === null ? '' : `; ${decision.by}: ${plain(decision.reason)}`
  return `#${id} ${reference} ${plain(name)} [${STATES[state]}] ${who.filter((part) => part !== null).join(' ')}, ${localTime(at)}${often}${by}` // prettier-ignore
}

function describe(report: Report): string {
  const { text, verdict } = report
  const said = text === '' ? [] : plain(text.replaceAll('\n', ' ')).match(/.{1,100}/gu)!.map((line) => `  "${line}"`) // prettier-ignore
  const why =
    verdict === null
      ? ['không hỏi được danh sách lúc này · the lists cannot be asked now']
      : describeExplanation(verdict as Parameters<typeof describeExplanation>[0])
  return [describeShort(report), ...said, ...why].join('\n')
}
