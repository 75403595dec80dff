/** Values as text, in the form that PostgreSQL reads for any type they are cast to. */
import type { Parameter } from './database.ts'

/** The text of a value, or null. Arrays become array literals, bytes hexadecimal. */
export function parameterText(value: Parameter): string | null {
  if (value === null) return null
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (typeof value === 'object') return `{${value.map(elementText).join(',')}}`
  return String(value)
}

function elementText(element: string | number | null): string {
  if (element === null) return 'NULL'
  return `"${String(element).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
