/**
 * Words that stand in passwords which are tried first, without marks and in lower case; longest first, so that a word
 * is taken out whole. Vietnamese ones as they are typed without marks.
 */
export const COMMON_WORDS: readonly string[] = [
  'administrator', 'quantrivien', 'congthongtin', 'khonggianmang', 'qwertyuiop', 'motconvit', 'chaomung', 'anhyeuem',
  'emyeuanh', 'asdfghjkl', 'superuser', 'iloveyou', 'password', 'passwort', 'thanhloc', 'hochiminh', 'vietnam',
  'haiphong', 'thanhhoa', 'haiduong', 'khongbiet', 'quantri', 'matkhau', 'changeme', 'changeit',
  'xinchao', 'welcome', 'default', 'letmein', 'sunshine', 'princess', 'football', 'computer', 'internet', 'monkey',
  'dragon', 'master', 'secret', 'system', 'server', 'oracle', 'qwerty', 'qwertz', 'azerty', 'asdfgh', 'zxcvbn',
  'hanoi', 'saigon', 'danang', 'cantho', 'abcdefgh', 'abcdef', 'abcde', 'abcd', 'asdf', 'qwer', 'zxcv', 'qaz', 'wsx',
  'edc', 'admin', 'guest', 'login', 'hello', 'super', 'sinkhole', 'resolver', 'user', 'root', 'test', 'demo', 'pass',
  'abc', 'ubnd', 'xyz',
].toSorted((a, b) => b.length - a.length) // prettier-ignore
