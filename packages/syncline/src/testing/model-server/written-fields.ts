/** What a write makes of a record's fields in the database for simulations. */
import { applyOperator, type Operator } from '../../client/store/apply-operator.ts'
import { type VersionedRecord, versionOf } from '../../protocol/merge.ts'
import type { Model } from '../../schema/model.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Every field with its default, or null. */
export function emptyFields(model: Model): Fields {
  return Object.fromEntries(
    Object.values(model.fields).map(({ name, default: value }) => [name, value ?? null]),
  )
}

/** The values that a write gives a record, by the policies of its fields; none that are as they were. */
export function changedFields(
  model: Model,
  record: VersionedRecord,
  written: Fields,
  base: number | undefined,
): Fields {
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(written)) {
    const policy = model.fields[name]?.onConflict
    const isUnseen = base !== undefined && versionOf(record, name) > base
    if (policy === 'keep' && isUnseen) continue
    const next = isOperator(policy, value) ? applyOperator(record.fields[name], value) : value
    if (JSON.stringify(next) !== JSON.stringify(record.fields[name])) changed[name] = next
  }
  return changed
}

function isOperator(policy: string | undefined, value: unknown): value is Operator {
  return (
    (policy === 'counter' || policy === 'set') &&
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value)
  )
}
