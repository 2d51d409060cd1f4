/** What the accounts need of a logger: pino's shape, fields first. */
export interface AccountsLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
