/** Examples of accounts, tokens, sessions, second factors. Secrets are made up. */
import { ACTION_NAMES, PERMISSIONS } from '../../accounts/roles.ts'
import type { CallExamples } from './call-example.ts'

const PASSWORD = 'Mèo trèo cây cau 7'

const account = {
  name: 'binh',
  fullName: 'Trần Bình',
  role: 'officer',
  units: ['so-yte'],
  hasFactor: true,
  mustChangePassword: false,
  isDisabled: false,
  createdAt: '2026-11-20T02:00:00.000Z',
  passwordAt: '2026-11-20T02:00:00.000Z',
  activeAt: '2026-11-21T08:00:00.000Z',
}

const caller = {
  kind: 'user',
  name: 'binh',
  role: 'officer',
  units: ['so-yte'],
  mustChangePassword: false,
  actions: ACTION_NAMES.filter((action) => PERMISSIONS.officer.has(action)),
  idleSeconds: 880,
  recoveryCodesLeft: 10,
  csrf: 'q3Z0bqlx1yUY1yq6mEJmMg',
}

const token = {
  name: 'grafana',
  role: 'viewer',
  units: null,
  createdBy: 'user:quantri',
  createdAt: '2026-11-21T08:00:00.000Z',
  expiresAt: '2027-02-19T08:00:00.000Z',
  usedAt: null,
}

const codes = { recoveryCodes: ['mztk-2qh4-vcab-7xwj', 'ndq3-rp5e-yk6u-gtfo'] }

export const ACCOUNT_EXAMPLES: CallExamples = {
  'POST /api/v1/session': {
    body: { name: 'binh', password: PASSWORD, code: '123456' },
    answer: { ...caller, endsAt: '2026-11-21T20:00:00.000Z' },
  },
  'GET /api/v1/session': { answer: caller },
  'DELETE /api/v1/session': { answer: null },
  'POST /api/v1/session/password': {
    body: { current: PASSWORD, next: 'Chuột đi chợ xa 8!' },
    answer: null,
  },
  'POST /api/v1/session/totp': {
    body: { password: PASSWORD },
    answer: {
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Thanh%20L%E1%BB%8Dc:binh?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Thanh%20L%E1%BB%8Dc',
    },
  },
  'POST /api/v1/session/totp/confirm': { body: { code: '123456' }, answer: codes },
  'POST /api/v1/session/totp/codes': { body: { password: PASSWORD, code: '123456' }, answer: codes },
  'POST /api/v1/session/totp/remove': { body: { password: PASSWORD, code: '123456' }, answer: null },
  'GET /api/v1/users': { answer: { items: [account] } },
  'POST /api/v1/users': {
    body: { name: 'binh', fullName: 'Trần Bình', role: 'officer', units: ['so-yte'] },
    answer: { ...account, hasFactor: false, mustChangePassword: true, madePassword: 'kp4w-92nd-x7hf-qz3m' },
  },
  'PATCH /api/v1/users/{name}': {
    given: { name: 'binh' },
    body: { isDisabled: true, reason: 'nghỉ việc' },
    answer: { ...account, isDisabled: true },
  },
  'DELETE /api/v1/users/{name}': { given: { name: 'binh', reason: 'nghỉ việc' }, answer: null },
  'POST /api/v1/users/{name}/password': {
    given: { name: 'binh' },
    body: {},
    answer: { ...account, mustChangePassword: true, madePassword: 'kp4w-92nd-x7hf-qz3m' },
  },
  'POST /api/v1/users/{name}/unlock': { given: { name: 'binh' }, answer: account },
  'DELETE /api/v1/users/{name}/totp': { given: { name: 'binh' }, answer: null },
  'GET /api/v1/tokens': { answer: { items: [token] } },
  'POST /api/v1/tokens': {
    body: { name: 'grafana', role: 'viewer', for: '90d' },
    answer: { ...token, secret: 'tl_9wq0Jc3pXb7nTz5vKd2fRg8hLs4mYa6e' },
  },
  'DELETE /api/v1/tokens/{name}': { given: { name: 'grafana', reason: 'lộ' }, answer: null },
}
