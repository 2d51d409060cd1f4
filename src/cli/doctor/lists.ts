/** Are the list files there, readable, and as fresh as they are meant to be? What is in them `check` says. */
import { access, constants, stat } from 'node:fs/promises'
import { formatDuration } from '../../config/duration.ts'
import type { Settings } from '../../config/settings.ts'
import { checkOwners } from './allow.ts'
import { findingsOf, type Finding } from './finding.ts'

export async function checkLists(
  { lists, allow }: Pick<Settings, 'lists' | 'allow'>,
  nowMs: number,
): Promise<Finding[]> {
  const files = [
    ...lists.map(({ id, path, maxAgeMs, feed, primary, approved }) => ({ id, path, maxAgeMs, isFetched: feed !== null || primary !== null, isApproved: approved })), // prettier-ignore
    ...allow.map(({ path }) => ({ id: 'allow', path, maxAgeMs: null, isFetched: false, isApproved: false })),
  ]
  if (lists.length === 0)
    return [
      findingsOf('lists')(
        'warn',
        ['chưa có danh sách nào: không chặn gì', 'there is none: nothing is blocked'],
        ['khai `lists` trong cấu hình', 'name some under `lists`'],
      ),
    ]
  const looks = [...files.map((file) => checkFile(file, nowMs)), ...allow.map((file) => checkOwners(file, nowMs))] // prettier-ignore
  const wrong = (await Promise.all(looks)).flat()
  if (wrong.length > 0) return wrong
  const brought = lists.filter(({ approved }) => !approved)
  const ages = await Promise.all(brought.map(async ({ path }) => nowMs - (await stat(path)).mtimeMs))
  const days = Math.max(0, Math.floor(Math.max(...ages) / 86_400_000))
  return [
    findingsOf('lists')('ok', [
      `${lists.length} tệp đọc được, cũ nhất ${days} ngày`,
      `${lists.length} files can be read, the oldest is ${days} days old`,
    ]),
  ]
}

interface ListFile {
  readonly id: string
  readonly path: string
  readonly maxAgeMs: number | null
  /** The server brings it. */
  readonly isFetched: boolean
  /** Nothing in it, or no file: nothing is approved yet. */
  readonly isApproved: boolean
}

async function checkFile(
  { id, path, maxAgeMs, isFetched, isApproved }: ListFile,
  nowMs: number,
): Promise<Finding[]> {
  const find = findingsOf(`list ${id}`)
  try {
    await access(path, constants.R_OK)
    const { mtimeMs, size } = await stat(path)
    if (size === 0 && isApproved) return []
    if (size === 0 && id !== 'allow')
      return [
        find(
          'warn',
          [
            `${path} trống; bản trước đó, nếu có, vẫn được dùng`,
            `${path} is empty; the version before, if there is one, stays`,
          ],
          ['kiểm tra công việc tải danh sách này', 'see to what fetches it'],
        ),
      ]
    if (maxAgeMs !== null && nowMs - mtimeMs > maxAgeMs)
      return [
        find(
          'warn',
          [
            `không được cập nhật từ ${new Date(mtimeMs).toISOString().slice(0, 10)} (maxAge ${formatDuration(maxAgeMs)})`,
            `not renewed since ${new Date(mtimeMs).toISOString().slice(0, 10)} (maxAge ${formatDuration(maxAgeMs)})`,
          ],
          ['kiểm tra công việc tải danh sách này', 'see to what fetches it'],
        ),
      ]
    return []
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    if (isApproved && code === 'ENOENT') return []
    if (isFetched && code === 'ENOENT')
      return [
        find(
          'warn',
          ['chưa tải về được lần nào', 'it was never fetched'],
          [
            'khi dịch vụ chạy, `thanhloc status` nêu lý do',
            'while the service runs, `thanhloc status` says why',
          ],
        ),
      ]
    return [
      find(
        'fail',
        [`không đọc được: ${message}`, `cannot be read: ${message}`],
        ['sửa đường dẫn trong cấu hình, hoặc cho người dùng của dịch vụ quyền đọc', 'mend the path, or let the user of the service read it'], // prettier-ignore
      ),
    ]
  }
}
