/** A logger for a person at a terminal: warnings and errors, each text once in a row. */
import type { Logger } from '../../server/logger.ts'
import type { Terminal } from '../terminal.ts'

/** `shown` holds texts that were said already. */
export function consoleLogger(to: Terminal, shown: ReadonlySet<string> = new Set()): Logger {
  const say = (level: string) => (_fields: unknown, message: string) => {
    if (!shown.has(message)) to.error(`${level}: ${message}`)
  }
  return { debug() {}, info() {}, warn: say('warning'), error: say('error') }
}
