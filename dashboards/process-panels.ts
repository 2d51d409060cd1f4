/** Panels of the resolver dashboard: what was dropped or limited, threads and process. */
import { of, rate, total } from './expressions.ts'
import { toConsole, toDashboard } from './links.ts'
import { lines, stat, table } from './panels.ts'
import { NONE_IS_BEST } from './signals.ts'

const third = { width: 8, height: 8 } as const
const DAY_S = 86_400
const half = { width: 12, height: 8 } as const

export function dropRates() {
  return lines({
    ...third,
    title: ['Gói bị bỏ', 'Datagrams dropped'],
    about: [
      'Bộ đệm đầy: tăng `net.core.rmem_max`. Không gửi được: tường lửa hoặc đường về hỏng.',
      'Buffer full: raise `net.core.rmem_max`. Not sent: a firewall, or no way back.',
    ],
    unit: 'pps',
    queries: [
      { expression: total('thanhloc_udp_receive_drops_total'), legend: 'Bộ đệm đầy · Buffer full' },
      { expression: total('thanhloc_udp_truncated_total'), legend: 'Quá dài · Too long' },
      { expression: total('thanhloc_udp_send_errors_total'), legend: 'Không gửi được · Not sent' },
      { expression: total('thanhloc_log_lines_dropped_total'), legend: 'Dòng nhật ký · Log lines' },
    ],
    links: [toConsole('server')],
  })
}

export function limits() {
  return lines({
    ...third,
    title: ['Bị giới hạn và từ chối', 'Limited and refused'],
    about: [
      'Vượt `access.queriesPerSecond`: một máy hỏi quá nhiều. Từ chối: máy không thuộc `access.networks`. Hỏi nơi khác: máy không dùng DNS được cấp.',
      'Over `access.queriesPerSecond`: one machine asks too much. Refused: machines outside of `access.networks`. Asked elsewhere: machines that do not use the DNS they were given.',
    ],
    alarms: ['ThanhLocRateLimiting', 'ThanhLocRefusing', 'ThanhLocBypass'],
    unit: 'reqps',
    queries: [
      { expression: total('thanhloc_rate_limited_total'), legend: 'Vượt giới hạn · Rate limited' },
      { expression: total('thanhloc_answers_total', 'outcome="refused"'), legend: 'Từ chối · Refused' },
      { expression: total('thanhloc_answers_total', 'outcome="invalid"'), legend: 'Sai dạng · Malformed' },
      { expression: total('thanhloc_tcp_refused_total'), legend: 'TCP quá nhiều · Too much TCP' },
      { expression: total('thanhloc_bypass_queries_total'), legend: 'Hỏi nơi khác · Asked elsewhere' },
    ],
    links: [toDashboard('infected'), toConsole('server')],
  })
}

export function connections() {
  return lines({
    ...third,
    title: ['UDP và TCP', 'UDP and TCP'],
    about: [
      'Truy vấn theo giao thức, và số kết nối TCP đang mở.',
      'Queries by transport, and TCP connections that are open.',
    ],
    unit: 'short',
    queries: [
      { expression: `sum by (transport) (${rate('thanhloc_queries_total')})`, legend: '{{transport}} / s' },
      { expression: `sum(${of('thanhloc_tcp_connections')})`, legend: 'Kết nối TCP · TCP connections' },
    ],
    links: [toConsole('server')],
  })
}

export function threads() {
  const age = ['Chạy từ', 'Running for'] as const
  const restarts = ['Khởi động lại', 'Restarts'] as const
  return table({
    ...half,
    title: ['Luồng', 'Threads'],
    about: [
      'Luồng chết được khởi động lại ngay, DNS vẫn chạy. Khởi động lại nhiều lần: gửi nhật ký cho người phát triển.',
      'A thread that dies is started again at once, and DNS goes on. Many restarts: send the log to the developers.',
    ],
    alarms: ['ThanhLocThreadRestarted', 'ThanhLocThreadsRestarting'],
    unit: 'short',
    decimals: 0,
    columns: [
      { title: ['Máy chủ', 'Server'], label: 'instance' },
      { title: ['Luồng', 'Thread'], label: 'thread' },
      {
        title: restarts,
        query: `sum by (instance, thread) (${of('thanhloc_thread_restarts_total')})`,
        levels: NONE_IS_BEST,
      },
      {
        title: age,
        query: `time() - max by (instance, thread) (${of('thanhloc_thread_start_time_seconds')})`,
        unit: 's',
      },
    ],
    sortedBy: restarts,
    links: [toConsole('server')],
  })
}

export function cpu() {
  return lines({
    ...half,
    title: ['Bộ xử lý', 'Processor'],
    about: ['Số nhân đang dùng; 1 là một nhân chạy hết sức.', 'Cores in use; 1 is one core fully busy.'],
    unit: 'short',
    decimals: 2,
    queries: [
      { expression: `sum by (instance) (${rate('process_cpu_seconds_total')})`, legend: '{{instance}}' },
    ],
    links: [toConsole('server')],
  })
}

export function memory() {
  return lines({
    ...half,
    title: ['Bộ nhớ', 'Memory'],
    about: [
      'Bộ nhớ của tiến trình. Tăng mãi không dừng: gửi nhật ký cho người phát triển.',
      'Resident memory of the process. If it grows without end, send the log to the developers.',
    ],
    unit: 'bytes',
    queries: [
      { expression: `sum by (instance) (${of('process_resident_memory_bytes')})`, legend: '{{instance}}' },
    ],
    links: [toConsole('server')],
  })
}

export function files() {
  return lines({
    ...half,
    title: ['Tệp và kết nối đang mở', 'Open files and sockets'],
    about: ['Giới hạn là `LimitNOFILE` của dịch vụ.', 'The limit is `LimitNOFILE` of the service.'],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: `sum by (instance) (${of('process_open_fds')})`, legend: '{{instance}}' }],
    links: [toConsole('server')],
  })
}

/** For what is not there: said in words instead of a number. */
const NOT_THERE = -1

export function disk() {
  return stat({
    ...third,
    height: 4,
    title: ['Ổ đĩa còn trống', 'Disk free'],
    about: [
      'Phần còn trống của ổ đĩa chứa thư mục dữ liệu. Đầy thì truy vấn khớp chờ trong bộ nhớ; DNS vẫn chạy.',
      'What is free of the disk of the data directory. When it is full hits wait in memory; DNS goes on.',
    ],
    alarms: ['ThanhLocDiskLow', 'ThanhLocDiskFull'],
    unit: 'percentunit',
    decimals: 0,
    queries: [{ expression: `min(${of('thanhloc_disk_free_bytes')} / ${of('thanhloc_disk_size_bytes')})` }],
    levels: [
      [null, 'wrong'],
      [0.05, 'look'],
      [0.15, 'good'],
    ],
    links: [toConsole('server')],
  })
}

export function backup() {
  return stat({
    ...third,
    height: 4,
    title: ['Sao lưu gần nhất cách đây', 'Last backup'],
    about: [
      'Bản sao lưu cũ nhất trong các máy chủ đang xem. Sao lưu hằng đêm bằng `bin/thanhloc backup`.',
      'The oldest one of the servers shown. Write one every night by `bin/thanhloc backup`.',
    ],
    alarms: ['ThanhLocBackupOld'],
    unit: 's',
    decimals: 0,
    queries: [
      {
        expression: `max(time() - ${of('thanhloc_backup_last_success_timestamp_seconds')}) or vector(${NOT_THERE})`,
      },
    ],
    levels: [
      [null, 'good'],
      [2 * DAY_S, 'look'],
      [7 * DAY_S, 'wrong'],
    ],
    meanings: [[NOT_THERE, ['CHƯA CÓ', 'NEVER'], 'look']],
    links: [toConsole('server')],
  })
}

export function certificate() {
  return stat({
    ...third,
    height: 4,
    title: ['Chứng chỉ còn hạn', 'Certificate ends in'],
    about: [
      'Chứng chỉ của trang quản trị (`admin.tls`) hết hạn sớm nhất. Chép tệp mới vào chỗ cũ là đủ, không phải khởi động lại.',
      'The first certificate of the admin API (`admin.tls`) to end. Put the new file in its place; no restart is needed.',
    ],
    alarms: ['ThanhLocCertificateEnds'],
    unit: 's',
    decimals: 0,
    queries: [
      {
        expression: `min(${of('thanhloc_admin_certificate_end_timestamp_seconds')} - time()) or vector(${NOT_THERE})`,
      },
    ],
    levels: [
      [null, 'wrong'],
      [7 * DAY_S, 'look'],
      [30 * DAY_S, 'good'],
    ],
    meanings: [[NOT_THERE, ['Không dùng TLS', 'No TLS'], 'plain']],
    links: [toConsole('server')],
  })
}
