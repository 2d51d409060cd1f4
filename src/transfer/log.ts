/** What transfers need of a logger: pino's shape, fields first. */
export interface TransferLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}
