/** Where the server writes what happens: the shape of pino, so that pino fits as it is. */

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** Never given tokens or row data; one line per event. */
export interface Logger {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}

/** Says nothing; what `createSync` uses when no logger is given to tests. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
