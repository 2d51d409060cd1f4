/** Files that hold no text anybody can read here, told by their first bytes, and what to do instead. */
import { DocumentError } from './limits.ts'

const OLE = '\xd0\xcf\x11\xe0'
/** Where the names of an OLE file's parts may stand is nowhere near its head: as much of it is looked at. */
const OLE_BYTES = 1 << 20

const ARCHIVES = ['Rar!', "7z\xbc\xaf'\x1c", '\x1f\x8b', 'BZh', '\xfd7zXZ', 'MSCF']
const PICTURES = ['\x89PNG', '\xff\xd8\xff', 'GIF8', 'BM', 'II*\0', 'MM\0*', 'RIFF']
/** MS-OXTNEF §2.1.3.1. */
const TNEF = '\x78\x9f\x3e\x22'

/** Throws DocumentError for what is told by `head`, the first bytes as Latin-1. `bytes`: the whole file. */
export function refuseKnown(head: string, bytes: Uint8Array): void {
  if (head.startsWith(OLE)) throw new DocumentError(oleMessage(bytes))
  if (head.startsWith('{\\rtf'))
    throw new DocumentError('đây là văn bản RTF: hãy lưu thành docx · it is rich text (RTF): save it as docx')
  if (ARCHIVES.some((start) => head.startsWith(start))) {
    throw new DocumentError(
      'đây là tệp nén: hãy giải nén rồi đưa các tệp bên trong · it is an archive: unpack it and give the files in it',
    )
  }
  // Of a picture the rest of its head is no text either: a list may begin with "BM".
  if (PICTURES.some((start) => head.startsWith(start)) && head.includes('\0')) {
    throw new DocumentError('đây là ảnh: chữ trong ảnh không đọc được, hãy xin nơi gửi tệp gốc · it is a picture: what stands in a picture is not read; ask the sender for the file itself') // prettier-ignore
  }
  if (head.startsWith(TNEF)) {
    throw new DocumentError(
      'đây là winmail.dat của Outlook: hãy đề nghị gửi lại thư dạng HTML hoặc văn bản thuần · it is a winmail.dat of Outlook: ask the sender for a mail without rich text',
    )
  }
  if (/^\x30[\x80-\x84]/.test(head) && head.includes('\x2a\x86\x48\x86\xf7\x0d\x01\x07')) {
    throw new DocumentError('đây là phần thư mã hóa hoặc ký số (S/MIME): hãy mở bằng phần mềm thư rồi lưu nội dung · it is an encrypted or signed part (S/MIME): open it in a mail program and save the text') // prettier-ignore
  }
}

/** Texts that only one program writes. Throws DocumentError. */
export function refuseText(head: string): void {
  if (head.includes('urn:schemas-microsoft-com:office:spreadsheet') && head.startsWith('<?xml')) {
    throw new DocumentError(
      'đây là XML của Excel 2003: hãy lưu thành xlsx · it is XML of Excel 2003: save it as xlsx',
    )
  }
  if (
    /^<\?xml[\s\S]*(?:progid="Word\.Document"|office\/word\/2003\/wordml|office\/2006\/xmlPackage)/.test(head)
  ) {
    throw new DocumentError('đây là XML của Word: hãy lưu thành docx · it is XML of Word: save it as docx')
  }
  if (/^From \S+ .*\d{4}\r?\n[\w-]+:/.test(head)) {
    throw new DocumentError(
      'đây là hộp thư: hãy lưu từng thư thành eml · it is a mailbox: save each mail in it as eml',
    )
  }
}

function oleMessage(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, OLE_BYTES))
  const end = Buffer.from(bytes.subarray(-OLE_BYTES))
  const holds = (name: string): boolean => {
    const wide = Buffer.from(name, 'utf16le')
    return start.includes(wide) || end.includes(wide)
  }
  if (holds('EncryptedPackage'))
    return 'tệp có mật khẩu: hãy lưu lại không đặt mật khẩu · it is protected by a password: save it without one'
  if (holds('__substg1.0_'))
    return 'đây là thư Outlook (msg): hãy lưu thành eml hoặc văn bản · it is a mail of Outlook (msg): save it as eml, or as text'
  return 'đây là tài liệu Word hoặc Excel cũ (trước 2007), hoặc có mật khẩu: hãy lưu thành docx hoặc xlsx · it is a document of Word or Excel before 2007, or is protected by a password: save it as docx or xlsx'
}
