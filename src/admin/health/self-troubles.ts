/** Whether the server answers itself: what nobody reads is seen here before people call. */
import type { StatusBoard } from '../../metrics/thread-status.ts'
import type { Trouble } from './trouble.ts'

export function selfTroubles({ supervisor }: Pick<StatusBoard, 'supervisor'>): Trouble[] {
  if (supervisor.value?.selfQuery.outcome !== 'silent') return []
  return [
    {
      part: 'listening',
      severity: 'fail',
      key: 'self',
      detail: {
        vi: 'máy chủ không tự trả lời truy vấn của chính nó',
        en: 'the server does not answer itself',
      },
      advice: {
        vi: 'thử từ máy khác: `dig @ĐỊA-CHỈ version.bind CH TXT`; nếu cũng im thì khởi động lại dịch vụ, nếu không thì tường lửa trên máy này chặn cổng 53 của giao diện lo',
        en: 'try from another machine: `dig @ADDRESS version.bind CH TXT`; if that is silent too restart the service, if not a firewall on this machine drops port 53 on lo',
      },
    },
  ]
}
