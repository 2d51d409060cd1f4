/** What alerts need of a logger: pino's shape, fields first. */
export interface AlertLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
