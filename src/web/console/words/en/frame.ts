/** What stands around every page, and on the parts all pages are made of. */
import type { Words } from '../vi/vi.ts'

export const pages: Words['pages'] = {
  overview: 'Overview',
  machines: 'Infected machines',
  machine: 'One machine',
  lists: 'Lists',
  import: 'Review of an annex',
  lookup: 'Look up',
  units: 'Units',
  journal: 'Journal',
  settings: 'Settings',
  account: 'Account',
}

export const frame: Words['frame'] = {
  skip: 'To the main content',
  navigation: 'Pages',
  language: 'Language',
  theme: 'Appearance',
  themes: { system: 'As the machine', light: 'Light', dark: 'Dark' },
  signOut: 'Sign out',
  idle: 'The session is about to end, because nothing was done for a while. Left:',
  stay: 'Stay signed in',
  notFound: 'There is no such page',
  home: 'To the overview',
  notAllowed: 'This account may not see this page',
  notAllowedHint: 'An administrator can change the role of the account.',
}

export const kit: Words['kit'] = {
  loading: 'Loading…',
  time: 'Time',
  retry: 'Try again',
  retryAfter: (clock) => `You can try again in ${clock}.`,
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser does not allow it. Select the text and copy it by hand.',
  close: 'Close',
  cancel: 'Cancel',
  working: 'Working…',
  pages: 'Pages of the list',
  firstPage: 'First page',
  previousPage: 'Previous page',
  nextPage: 'Next page',
}

export const signIn: Words['signIn'] = {
  what: 'Sign in to see infected machines and what is blocked.',
  isOver: 'The session is over. Sign in again to go on; the page you were on is still there.',
  why: {
    signedOut: 'You are signed out.',
    passwordChanged: 'The password is changed. Sign in again with the new one.',
  },
  another: 'Sign in with another account',
  name: 'Name',
  password: 'Password',
  code: 'Code',
  codeHint: 'The six digits of your authenticator, or a recovery code.',
  enter: 'Sign in',
  firstAccount: 'No account yet? The first one is made on the server itself:',
}
