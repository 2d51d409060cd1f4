/** What stands around every page, and on the parts all pages are made of. */
export const pages = {
  overview: 'Tổng quan',
  machines: 'Máy nhiễm',
  machine: 'Một máy',
  lists: 'Danh sách',
  import: 'Duyệt phụ lục',
  lookup: 'Tra cứu',
  units: 'Đơn vị',
  journal: 'Nhật ký',
  settings: 'Cấu hình',
  account: 'Tài khoản',
}

export const frame = {
  skip: 'Đến nội dung chính',
  navigation: 'Các trang',
  language: 'Ngôn ngữ',
  theme: 'Giao diện',
  themes: { system: 'Theo máy', light: 'Sáng', dark: 'Tối' },
  signOut: 'Đăng xuất',
  idle: 'Phiên làm việc sắp hết vì lâu không thao tác. Còn',
  stay: 'Tiếp tục làm việc',
  notFound: 'Không có trang này',
  home: 'Về Tổng quan',
  notAllowed: 'Tài khoản này không được xem trang này',
  notAllowedHint: 'Quản trị viên có thể đổi vai trò của tài khoản.',
}

export const kit = {
  loading: 'Đang tải…',
  time: 'Lúc',
  retry: 'Thử lại',
  retryAfter: (clock: string): string => `Thử lại được sau ${clock}.`,
  copy: 'Sao chép',
  copied: 'Đã sao chép.',
  notCopied: 'Trình duyệt không cho sao chép. Hãy chọn rồi sao chép bằng tay.',
  close: 'Đóng',
  cancel: 'Hủy',
  working: 'Đang thực hiện…',
  pages: 'Các trang của danh sách',
  firstPage: 'Trang đầu',
  previousPage: 'Trang trước',
  nextPage: 'Trang sau',
}

export const signIn = {
  what: 'Đăng nhập để xem các máy nhiễm mã độc và danh sách chặn.',
  isOver: 'Phiên làm việc đã hết. Đăng nhập lại để tiếp tục, trang đang xem vẫn còn.',
  why: {
    signedOut: 'Đã đăng xuất.',
    passwordChanged: 'Đã đổi mật khẩu. Hãy đăng nhập lại bằng mật khẩu mới.',
  },
  another: 'Đăng nhập bằng tài khoản khác',
  name: 'Tên đăng nhập',
  password: 'Mật khẩu',
  code: 'Mã xác thực',
  codeHint: 'Sáu chữ số trong ứng dụng xác thực, hoặc một mã dự phòng.',
  enter: 'Đăng nhập',
  firstAccount: 'Chưa có tài khoản nào? Tạo tài khoản đầu tiên ngay trên máy chủ bằng lệnh:',
}
