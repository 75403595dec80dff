/** Where access rules report what they refuse; any pino-shaped logger is one. */
export interface AccessLog {
  error(details: Readonly<Record<string, unknown>>, message: string): void
  warn(details: Readonly<Record<string, unknown>>, message: string): void
}
