/**
 * Whether an update can change the answer of the rules about its record: pure.
 *
 * The rules are asked before and after a write, by one statement in one snapshot. Where their text names no column
 * that the write sets and calls nothing that might look for itself, the second answer is the first one, and asking for
 * it costs a tenth of the write (`bench`: G6). The text is read with suspicion: whatever is not certain counts as touched.
 */
import type { Sql } from '../sql.ts'
import type { Shape } from './shape.ts'

/** Words before a bracket that call nothing, or nothing that reads tables. */
const HARMLESS = new Set(
  'exists in any all some and or not where on from join select values as when then else union case between like ilike is coalesce nullif lower upper cast row array'.split(
    ' ',
  ),
)

/** The record as a whole row, or all of its columns. */
const WHOLE_RECORD = /"?sync_record"?(?!"?\."?[\w])/

/** True when the rules of an update answer after it what they answered before. */
export function areUntouched({ model, action, fields, read, when }: Shape): boolean {
  if (action !== 'update') return false
  const { version, fieldVersions, updatedAt, lastModifiedBy } = model.columns
  const written = [
    ...fields.map(({ field }) => field.column),
    version,
    fieldVersions,
    updatedAt,
    lastModifiedBy,
  ]
  const names = written.filter((name) => name !== undefined)
  return [read, when].every((rule) => isUntouched(rule, names))
}

function isUntouched({ strings }: Sql, names: readonly string[]): boolean {
  const text = strings.join(' ').toLowerCase()
  if (WHOLE_RECORD.test(text) || text.includes('--') || text.includes('/*')) return false
  const words = text.match(/[\w$\u0080-\uffff]+/g) ?? []
  if (words.some((word) => names.some((name) => name.toLowerCase() === word || !isPlain(name)))) return false
  return [...text.matchAll(/([\w$\u0080-\uffff]+)"?\s*\(/g)].every(([, word]) => HARMLESS.has(word as string))
}

/** A name with other characters than a word's could stand in the text in parts. */
function isPlain(name: string): boolean {
  return /^[\w$\u0080-\uffff]+$/.test(name)
}
