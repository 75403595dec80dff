/** A logger for a person at a terminal: warnings and errors, a line each, with what they are about. */
import type { Logger } from '../../server/logger.ts'
import type { Terminal } from '../terminal.ts'

type Fields = Readonly<Record<string, unknown>>

/** `shown` holds texts that were said already. */
export function consoleLogger(to: Terminal, shown: ReadonlySet<string> = new Set()): Logger {
  const say = (level: string) => (fields: Fields, message: string) => {
    if (!shown.has(message)) to.error(`${level}: ${message}${aboutText(fields)}`)
  }
  return { debug() {}, info() {}, warn: say('warning'), error: say('error') }
}

function aboutText(fields: Fields): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${valueText(value)}`)
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}

/** A text without quotes. JSON escapes control characters, so that what a stranger sent cannot forge a line. */
function valueText(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  const text = value instanceof Error ? String(value) : value
  if (typeof text !== 'string') return jsonText(text)
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
  // `String(error)` begins with what the field says by its name.
  return escaped.replace(/^error: /i, '')
}

/** A log line must never be what fails: JSON knows no circles, and nothing of functions. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '…'
  } catch {
    return '…'
  }
}
