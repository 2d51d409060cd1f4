/** What is wrong with the threads, the lists, the upstreams and the store, as far as the threads have said. */
import { staleReason } from '../../lists/renewal.ts'
import type { ListStatus } from '../../lists/status.ts'
import { allowReason, validityReason } from '../../lists/validity.ts'
import type { StatusBoard } from '../../metrics/thread-status.ts'
import { Swapped, type ControlWords } from '../../thread/control-words.ts'
import { mergeUpstreams } from '../upstreams.ts'
import type { Trouble } from './trouble.ts'

type Board = Pick<StatusBoard, 'lists' | 'store' | 'supervisor' | 'resolvers'>

/** The number of the group of general upstreams; the others belong to `forward`. */
const GENERAL = 0

/** Whether some resolver thread answers from a loaded policy: what `/readyz` asks. */
export function isReady({ resolvers }: Pick<Board, 'resolvers'>, words: ControlWords): boolean {
  const isAnswering = [...resolvers.keys()].some((_name, worker) => words.isAnswering(worker))
  return isAnswering && words.generation(Swapped.snapshot) > 0
}

export function listeningTroubles(board: Board, words: ControlWords): Trouble[] {
  if (isReady(board, words)) return []
  return [
    {
      part: 'listening',
      severity: 'fail',
      key: 'no answers',
      detail: { vi: 'không luồng nào trả lời truy vấn', en: 'no thread answers queries' },
      advice: {
        vi: 'xem nhật ký của chương trình; nếu sau một phút vẫn vậy, khởi động lại dịch vụ',
        en: 'see the log; if it stays so for a minute, restart the service',
      },
    },
  ]
}

export function threadTroubles({ lists, store, resolvers }: Board): Trouble[] {
  const silent = [
    ...(lists.error === null ? [] : ['lists']),
    ...(store.error === null ? [] : ['store']),
    ...[...resolvers].flatMap(([name, { error }]) => (error === null ? [] : [name])),
  ]
  return silent.map((name) => ({
    part: 'threads',
    severity: 'warn',
    key: name,
    detail: {
      vi: `luồng ${name} không trả lời: đang được khởi động lại hoặc đang bận`,
      en: `${name} does not answer: it is being restarted or busy`,
    },
    advice: {
      vi: 'thường tự hết sau vài giây; nếu không, tìm "a thread died" trong nhật ký',
      en: 'it passes within seconds as a rule; if not, look for "a thread died" in the log',
    },
  }))
}

export function listTroubles({ lists }: Board): Trouble[] {
  const build: Trouble[] =
    (lists.value?.error ?? null) === null
      ? []
      : [
          {
            part: 'lists',
            severity: 'fail',
            key: 'build',
            detail: {
              vi: 'lần nạp danh sách gần nhất không thành; danh sách trước đó vẫn có hiệu lực',
              en: 'the last build failed; the one before is in force',
            },
            advice: {
              vi: 'chạy `thanhloc check`, sửa lỗi được nêu, rồi `thanhloc reload`',
              en: 'run `thanhloc check`, mend what it names, then `thanhloc reload`',
            },
          },
        ]
  const each = lists.value?.lists ?? []
  return [
    ...build,
    ...each.flatMap(listTrouble),
    ...each.flatMap(staleTrouble),
    ...each.flatMap(validityTrouble),
  ]
}

function validityTrouble(list: ListStatus): Trouble[] {
  if (list.kind === 'allow') return [...allowTroubles(list), ...dateTroubles(list)]
  const { id, from, until, validity } = list
  const reason = validityReason(list, validity)
  if (reason === null) return []
  const detail =
    validity === 'not-yet'
      ? `bắt đầu chặn từ ${from}; trước đó chỉ ghi nhận`
      : validity === 'ending'
        ? `chặn đến hết ${until}; sau đó chỉ ghi nhận`
        : `đã hết hạn ngày ${until}: chỉ ghi nhận, không chặn`
  return [
    {
      part: 'lists',
      severity: 'warn',
      key: `${validity} ${id}`,
      detail: { vi: `danh sách ${id} ${detail}`, en: `${id} ${reason}` },
      advice: {
        vi: 'nếu còn căn cứ: sửa `from`, `until` của danh sách theo văn bản mới; nếu không: bỏ danh sách',
        en: 'where there is a basis still: set `from`, `until` by the new document; else take the list out',
      },
    },
  ]
}

function allowTroubles({ id, until, validity }: ListStatus): Trouble[] {
  const reason = allowReason(until, validity)
  if (reason === null) return []
  const vi = validity === 'ending' ? `cho qua đến hết ${until}; sau đó danh sách chặn lại quyết định` : `đã hết hạn cho qua ngày ${until}` // prettier-ignore
  return [
    {
      part: 'lists',
      severity: 'warn',
      key: `${validity} ${id}`,
      detail: { vi: `danh sách cho phép ${id} ${vi}`, en: `${id} ${reason}` },
      advice: {
        vi: 'nếu vẫn cần cho qua: ghi ngày `until` mới cùng lý do; nếu không: bỏ mục đó',
        en: 'where it is still to pass: set a new `until` with its reason; else take the entry out',
      },
    },
  ]
}

/** Entries whose end nobody can read: what they were to let pass is blocked. */
function dateTroubles({ id, refused }: ListStatus): Trouble[] {
  const count = refused['bad-date'] ?? 0
  if (count === 0) return []
  return [
    {
      part: 'lists',
      severity: 'warn',
      key: `bad-date ${id}`,
      detail: {
        vi: `danh sách cho phép ${id}: ${count} mục có \`until\` không phải là ngày nên không được cho qua`,
        en: `${id}: ${count} entries have an \`until\` that is no date, and let nothing pass`,
      },
      advice: {
        vi: 'sửa `until` của các mục đó, ví dụ `until: 2026-12-31`; dòng nào sai: `thanhloc check`',
        en: 'correct the `until` of these entries, as in `until: 2026-12-31`; the lines: `thanhloc check`',
      },
    },
  ]
}

function listTrouble({ id, state }: ListStatus): Trouble[] {
  if (state === 'loaded') return []
  const isOut = state === 'failed'
  return [
    {
      part: 'lists',
      severity: isOut ? 'fail' : 'warn',
      key: `failed ${id}`,
      detail: isOut
        ? { vi: `danh sách ${id} không có hiệu lực`, en: `${id} is not in force` }
        : { vi: `danh sách ${id} đang dùng bản cũ hơn`, en: `${id} is in force in an earlier version` },
      advice: {
        vi: `\`thanhloc check\` nêu lý do; nếu tệp mới là đúng: \`thanhloc reload --list ${id} --force\``,
        en: `\`thanhloc check\` says why; if the new file is right: \`thanhloc reload --list ${id} --force\``,
      },
    },
  ]
}

function staleTrouble(list: ListStatus): Trouble[] {
  const reason = staleReason(list)
  if (reason === null) return []
  const since = new Date(list.renewedAt!).toISOString()
  return [
    {
      part: 'lists',
      severity: 'warn',
      key: `stale ${list.id}`,
      detail: {
        vi: `danh sách ${list.id} không được cập nhật từ ${since}`,
        en: `${list.id} was ${reason}`,
      },
      advice: {
        vi: 'kiểm tra công việc tải danh sách này; tải lại cùng nội dung cũng được',
        en: 'see to what fetches it; a download of the same content is enough',
      },
    },
  ]
}

export function upstreamTroubles({ resolvers }: Board): Trouble[] {
  const upstreams = mergeUpstreams(resolvers.values())
  const bad = upstreams.filter(({ state }) => state !== 'up')
  if (bad.length === 0) return []
  const general = upstreams.filter(({ group }) => group === GENERAL)
  const isOut = general.length > 0 && general.every(({ state }) => state !== 'up')
  const loops = bad.filter(({ state }) => state === 'loop').length
  return [
    {
      part: 'upstreams',
      severity: isOut ? 'fail' : 'warn',
      key: 'unusable',
      detail: {
        vi: `${bad.length} trong ${upstreams.length} máy chủ DNS cấp trên không dùng được${loops === 0 ? '' : `; ${loops} máy gửi câu hỏi ngược lại cho chính máy chủ này`}`,
        en: `${bad.length} of ${upstreams.length} upstreams are not usable${loops === 0 ? '' : `; ${loops} send our questions back to us`}`,
      },
      advice:
        loops > 0
          ? {
              vi: 'máy chủ đó chuyển tiếp về đây: bỏ nó khỏi `upstreams`, hoặc sửa cấu hình của nó',
              en: 'that server forwards to this one: take it out of `upstreams`, or mend its configuration',
            }
          : {
              vi: '`thanhloc doctor` hỏi thử từng máy chủ; kiểm tra đường truyền và tường lửa (cổng 53)',
              en: '`thanhloc doctor` asks each of them; check the line and the firewall (port 53)',
            },
    },
  ]
}

export function storeTroubles({ store: { value } }: Board): Trouble[] {
  if (value === null) return []
  return [...stateTroubles(value.state), ...lostTroubles(value.lost)]
}

function stateTroubles(state: string): Trouble[] {
  if (state === 'ok') return []
  if (state === 'corrupt-moved')
    return [
      {
        part: 'store',
        severity: 'warn',
        key: state,
        detail: {
          vi: 'cơ sở dữ liệu bị hỏng, đã cất sang một bên và bắt đầu lại từ đầu',
          en: 'the store was corrupt and begun anew',
        },
        advice: {
          vi: 'lấy lại bản sao lưu bằng `thanhloc restore`; kiểm tra ổ đĩa',
          en: 'put a backup back with `thanhloc restore`; check the disk',
        },
      },
    ]
  return [
    {
      part: 'store',
      severity: 'fail',
      key: state,
      detail: {
        vi: `không ghi được cơ sở dữ liệu (${state}): các lượt ghi nhận đang chờ trong bộ nhớ`,
        en: `hits wait in memory: ${state}`,
      },
      advice: STORE_ADVICE[state] ?? {
        vi: 'xem "the store cannot be written" trong nhật ký; đừng tắt dịch vụ trước khi sửa xong',
        en: 'see "the store cannot be written" in the log; do not stop the service before it is mended',
      },
    },
  ]
}

const STORE_ADVICE: Readonly<Record<string, Trouble['advice']>> = {
  full: {
    vi: 'giải phóng dung lượng ổ đĩa; đừng tắt dịch vụ trước đó, lượt ghi nhận sẽ mất',
    en: 'make room on the disk; do not stop the service before that, hits would be lost',
  },
  locked: {
    vi: 'một chương trình khác đang giữ thanhloc.db: đóng nó lại',
    en: 'another program holds thanhloc.db: close it',
  },
  readonly: {
    vi: 'cho người dùng của dịch vụ quyền ghi thư mục dữ liệu, hoặc gắn lại ổ đĩa ở chế độ ghi',
    en: 'let the user of the service write the data directory, or mount the disk writable again',
  },
}

function lostTroubles(lost: number): Trouble[] {
  if (lost === 0) return []
  return [
    {
      part: 'hits',
      severity: 'warn',
      key: 'lost',
      detail: {
        vi: `${lost} lượt hỏi tên độc hại không được đếm từ khi khởi động, vì bộ nhớ tạm đã đầy`,
        en: `${lost} hits were not counted since the start, for want of room in memory`,
      },
      advice: {
        vi: 'tìm máy hỏi dồn dập trong `thanhloc top`; kiểm tra cơ sở dữ liệu có ghi được không',
        en: 'find who asks so much in `thanhloc top`; see that the store can be written',
      },
    },
  ]
}
