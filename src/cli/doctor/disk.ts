/** Is there room for the data, and can it be written? */
import { existsSync } from 'node:fs'
import { open, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { diskTroubles, sizeText } from '../../admin/health/machine.ts'
import { findingsOf, type Finding } from './finding.ts'

const PROBE_BYTES = 4096

/** Waits for a disk that does not answer without holding up the other checks. */
export async function checkDisk(directory: string): Promise<Finding[]> {
  const find = findingsOf('disk')
  if (!existsSync(directory)) {
    const parent = dirname(directory)
    return [
      find('unknown', [
        `thư mục dữ liệu ${directory} chưa có: được tạo khi khởi động, trong ${parent}`,
        `the data directory ${directory} is not there yet: it is made at the start, in ${parent}`,
      ]),
    ]
  }
  const { bavail, blocks, bsize, ffree, files } = await statfs(directory)
  const room = { free: bavail * bsize, size: blocks * bsize }
  const refused = await tryToWrite(directory)
  if (refused !== null) return [refused]
  const [low] = diskTroubles(room)
  if (low !== undefined)
    return [{ check: 'disk', verdict: low.severity, detail: low.detail, advice: low.advice }]
  if (files > 0 && ffree < files / 100)
    return [
      find(
        'warn',
        [`sắp hết inode: còn ${ffree}`, `nearly out of inodes: ${ffree} left`],
        ['xóa bớt tệp nhỏ trên ổ đĩa này', 'remove small files from this disk'],
      ),
    ]
  const free = `${sizeText(room.free)} / ${sizeText(room.size)}`
  return [find('ok', [`${directory} ghi được, còn ${free}`, `${directory} can be written, ${free} free`])]
}

/** What keeps this user from writing there; null: nothing. */
async function tryToWrite(directory: string): Promise<Finding | null> {
  const find = findingsOf('disk')
  const path = join(directory, `doctor-${process.pid}.probe`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.write(Buffer.alloc(PROBE_BYTES))
      await file.sync()
    } finally {
      await file.close()
      await rm(path, { force: true })
    }
    return null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      return find('unknown', [
        `người dùng này không được ghi ${directory}: chạy lại bằng sudo hoặc bằng người dùng của dịch vụ`,
        `this user may not write ${directory}: run it again with sudo, or as the user of the service`,
      ])
    return find(
      'fail',
      [`không ghi được ${directory}: ${message}`, `${directory} cannot be written: ${message}`],
      code === 'ENOSPC' || code === 'EDQUOT'
        ? ['giải phóng dung lượng ổ đĩa', 'make room on the disk']
        : [
            'gắn lại ổ đĩa ở chế độ ghi; kiểm tra ổ đĩa (`dmesg`)',
            'mount it writable again; check the disk (`dmesg`)',
          ],
    )
  }
}
