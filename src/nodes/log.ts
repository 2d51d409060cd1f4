/** What nodes need of a logger: pino's shape, fields first. */
export interface NodeLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}
