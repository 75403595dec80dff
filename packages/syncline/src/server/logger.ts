/** Where the server writes what happens: the shape of pino, so that pino fits as it is. */

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** Never given tokens or row data; one line per event. */
export interface Logger {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Warnings and errors on standard error, a line each; what `createSync` uses when no logger is given. */
export const standardLogger: Logger = {
  debug() {},
  info() {},
  warn: (fields, message) => write('warn', fields, message),
  error: (fields, message) => write('error', fields, message),
}

// JSON escapes control characters, so that what a stranger sent cannot forge a line.
function write(level: string, fields: Readonly<Record<string, unknown>>, message: string): void {
  process.stderr.write(`syncline ${level}: ${message} ${textOf(fields)}\n`)
}

/** A log line must never be what fails: JSON knows no bigint, and no circles. */
function textOf(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  } catch {
    return JSON.stringify(Object.keys(fields))
  }
}
