/** Why an item is accepted, held or refused: a code for programs, a sentence for the officer who reviews it. */

/** Code → sentence, Vietnamese first, English beside. */
export const REASONS = {
  // accepted
  'listed': 'Nằm trong danh sách, bảng hoặc một dòng riêng. · Stands in a list, a table or a line of its own.',
  'labelled': 'Đứng sau nhãn chỉ rõ là chỉ báo. · Follows a label that calls it an indicator.',
  'defanged': 'Được viết vô hiệu hóa, tức bên gửi coi là độc hại. · Written defanged: its author holds it malicious.',
  'declared': 'Được tệp khai báo là chỉ báo. · The file declares it as an indicator.',
  'marks-nothing': 'Sự kiện MISP không đánh dấu to_ids cho mục nào, nên cờ này không nói lên điều gì. · The MISP event sets to_ids for nothing, so the flag says nothing.',
  'joined': 'Được ghép lại từ các phần bị ngắt dòng hoặc ngắt ô. · Joined from pieces broken over lines or cells.',
  'shared-hosting': 'Thuộc dịch vụ lưu trữ hoặc DNS động dùng chung: chỉ áp dụng đúng tên này. · On shared hosting or dynamic DNS: this exact name only.',
  'declared-otherwise': 'Tệp khai báo sai loại; loại thật được dùng. · The file declares another type; what it is counts.',
  // held: what it is
  'url-with-path': 'URL có đường dẫn: DNS chỉ chặn được cả máy chủ, người duyệt quyết định. · A URL with a path: DNS could only block the whole host, which a person decides.',
  'with-port': 'Có số cổng: DNS không phân biệt cổng, chặn là chặn mọi cổng. · With a port: DNS knows no ports, blocking it blocks all of them.',
  'address-range': 'Một dải địa chỉ. · A range of addresses.',
  'too-wide': 'Dải địa chỉ quá rộng. · Too many addresses.',
  'broken': 'Bị ngắt dòng, có nhiều cách đọc. · Broken over lines: it can be read in several ways.',
  'numbered': 'Số ở đầu có thể là số thứ tự. · The number in front may be that of a list.',
  'dash': 'Có dấu gạch dài thay cho dấu gạch nối. · A dash stands where a hyphen may be meant.',
  'turned': 'Có ký tự đảo chiều chữ: cái nhìn thấy không phải cái được ghi. · Holds marks that turn the direction of writing: what is seen is not what is written.',
  'mixed-script': 'Có chữ cái trông giống chữ Latinh nhưng thuộc bảng chữ khác. · Holds letters that look Latin and are of another script.',
  'file-or-host': 'Có thể là tên tệp, cũng có thể là tên miền. · May be the name of a file or of a host.',
  'product-name': 'Cũng là tên một sản phẩm phần mềm. · Is the name of a software product too.',
  // held: where it stands
  'running-text': 'Đứng trong câu văn, không viết vô hiệu hóa. · Stands in running text and is not defanged.',
  'reference': 'Đứng ở phần nguồn, liên hệ, tham khảo hoặc tên chính thức. · Stands as a source, a contact, a reference or the genuine name.',
  'victim': 'Đứng ở cột nạn nhân hoặc máy bị nhiễm. · Stands in a column of victims or infected machines.',
  'other-column': 'Đứng ngoài các cột chỉ báo của bảng. · Stands outside the columns of indicators of its table.',
  'hidden': 'Nằm trong phần bị ẩn của tệp. · Stands in a hidden part of the file.',
  'unmarked': 'Sự kiện MISP đánh dấu to_ids cho mục khác, không cho mục này. · The MISP event sets to_ids for others and not for this one.',
  'observed': 'Chỉ được ghi là đã quan sát thấy. · Only reported as observed.',
  'conditional': 'Chỉ có nghĩa khi kèm điều kiện khác. · Counts only together with another condition.',
  'withdrawn': 'Đã bị rút lại, xóa hoặc hết hạn trong tệp. · Withdrawn, deleted or expired in the file.',
  'origin': 'Là địa chỉ nguồn, không phải đích kết nối. · A source address, not one that is connected to.',
  'excepted': 'Chính danh sách này cho phép tên đó ở chỗ khác. · The same list lets it through elsewhere.',
  // held: guards
  'government': 'Thuộc gov.vn hoặc dcs.vn. · Under gov.vn or dcs.vn.',
  'public-suffix': 'Là hậu tố chung: chặn là chặn mọi tên bên dưới. · A public suffix: blocking it blocks everyone under it.',
  'popular': 'Thuộc nhóm tên được dùng nhiều nhất. · Among the most used names.',
  'resolver': 'Là máy chủ phân giải DNS công cộng. · A public DNS resolver.',
  'update': 'Là máy chủ cập nhật phần mềm. · Serves software updates.',
  'certificate': 'Là máy chủ CRL hoặc OCSP của chứng thư số. · Serves CRL or OCSP of certificates.',
  'time': 'Là máy chủ thời gian NTP. · Serves time by NTP.',
  'reserved-address': 'Địa chỉ riêng hoặc dành riêng. · A private or reserved address.',
  'local-name': 'Tên chỉ dùng trong mạng nội bộ. · A name used only in local networks.',
  // refused
  'hash': 'Mã băm của tệp: dành cho phần mềm diệt virus, DNS không dùng được. · The hash of a file: for antivirus, not for DNS.',
  'email': 'Địa chỉ thư điện tử: không suy ra tên miền từ đó. · A mail address: its domain is not taken from it.',
  'file-name': 'Tên tệp. · The name of a file.',
  'file-path': 'Đường dẫn tệp hoặc khóa registry. · The path of a file or a registry key.',
  'path-only': 'Chỉ có đường dẫn, không có máy chủ. · A path without a host.',
  'number': 'Con số, số mục hoặc ngày tháng viết bằng dấu chấm. · A number, a section or a date.',
  'spreadsheet-number': 'Ô kiểu số ở cột địa chỉ: bảng tính có thể đã làm mất dấu chấm. · A numeric cell in a column of addresses: the spreadsheet may have lost its dots.',
  'date': 'Ngày tháng. · A date.',
  'version': 'Số phiên bản. · A version.',
  'document-number': 'Số hiệu văn bản. · The number of a document.',
  'abbreviation': 'Chữ viết tắt. · An abbreviation.',
  'sentence-end': 'Hai câu viết liền, thiếu dấu cách. · Two sentences without a space between them.',
  'hardware-address': 'Địa chỉ MAC. · A hardware address.',
  'bad-address': 'Không phải địa chỉ IP hợp lệ. · No valid address.',
  'bad-name': 'Không phải tên miền hợp lệ. · No valid name.',
  'bad-idn': 'Tên miền quốc tế hóa không hợp lệ. · An invalid internationalised name.',
  'unknown-tld': 'Không có tên miền cấp cao nhất này. · There is no such top-level domain.',
  'single-label': 'Chỉ có một nhãn. · A single label.',
  'not-in-dns': 'Không tra được bằng DNS. · Not looked up by DNS.',
  'wildcard-inside': 'Dấu * nằm giữa tên: không áp dụng được. · An asterisk inside the name: cannot be enforced.',
  'exception': 'Danh sách cho phép tên này; nhập danh sách chỉ để chặn. · The list lets it through; an import only blocks.',
  'filter': 'Luật dành cho trình duyệt. · A rule for browsers.',
  'context': 'Thông tin đi kèm, không phải chỉ báo. · Goes with the indicators and is none.',
  'unsupported-rule': 'Luật chưa được hỗ trợ. · A rule that is not supported.',
  'too-long': 'Dài quá mức cho phép. · Too long.',
  'junk': 'Không phải văn bản. · No text.',
} as const // prettier-ignore

export type ReasonCode = keyof typeof REASONS

/** The sentences of `codes`, in one line. */
export function explain(codes: readonly ReasonCode[]): string {
  return codes.map((code) => REASONS[code]).join(' ')
}
