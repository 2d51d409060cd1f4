/** Are the databases sound? Read as they are, beside a running server; a large one is left when its time is over. */
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sizeText } from '../../admin/health/machine.ts'
import { findingsOf, type Finding } from './finding.ts'

const NAMES = ['thanhloc.db', 'accounts.db', 'alerts.db', 'imports.db'] as const
const MAX_OUTPUT = 1000

/** Those that are there. */
export async function checkDatabases(directory: string, timeoutMs: number): Promise<Finding[]> {
  const found = await Promise.all(NAMES.map((name) => checkDatabase(join(directory, name), name, timeoutMs)))
  const findings = found.filter((finding) => finding !== null)
  if (findings.length > 0) return findings
  return [
    findingsOf('databases')('unknown', [
      'chưa có cơ sở dữ liệu nào: được tạo khi khởi động',
      'there is none yet: they are made at the start',
    ]),
  ]
}

async function checkDatabase(path: string, name: string, timeoutMs: number): Promise<Finding | null> {
  const find = findingsOf(name)
  const bytes = statSync(path, { throwIfNoEntry: false })?.size
  if (bytes === undefined) return null
  const said = await quickCheck(path, timeoutMs)
  if (said === 'ok') return find('ok', [`nguyên vẹn, ${sizeText(bytes)}`, `sound, ${sizeText(bytes)}`])
  if (said === null) {
    const seconds = Math.round(timeoutMs / 1000)
    return find('unknown', [
      `${sizeText(bytes)}: chưa đọc hết sau ${seconds} giây`,
      `${sizeText(bytes)}: not read through within ${seconds} s`,
    ])
  }
  if (/unable to open|permission|readonly/i.test(said))
    return find('unknown', [`người dùng này không mở được: ${said}`, `this user cannot open it: ${said}`])
  return find(
    'fail',
    [`bị hỏng: ${said}`, `broken: ${said}`],
    [
      'dừng dịch vụ, giữ lại bản hỏng, rồi `thanhloc restore` từ bản sao lưu; kiểm tra ổ đĩa',
      'stop the service, keep the broken file, then `thanhloc restore` from a backup; check the disk',
    ],
  )
}

/** `ok`, or what is wrong; null: it took too long. */
function quickCheck(path: string, timeoutMs: number): Promise<string | null> {
  return new Promise((settle, fail) => {
    const program = join(import.meta.dirname, 'database-check.ts')
    const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const hear = (text: string): void => void (said = (said + text).slice(0, MAX_OUTPUT))
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, timeoutMs)
    child.once('error', fail)
    child.once('close', () => {
      clearTimeout(timer)
      settle(isLate ? null : firstError(said))
    })
  })
}

/** The line of a stack that says what happened. */
function firstError(text: string): string {
  const line = /^(?:\w*Error): (.*)$/m.exec(text)?.[1]
  return (line ?? text).trim().split('\n')[0]!.slice(0, 200)
}
