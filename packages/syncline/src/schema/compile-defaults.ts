/** Checks declared defaults with the codec and keeps them in their wire form. */
import { checkValue } from './check-fields.ts'
import { InvalidValue } from './invalid-value.ts'
import type { Field, Model } from './model.ts'
import { toWire } from './wire-value.ts'

export function settleDefaults(models: Record<string, Model>, mistakes: string[]): void {
  for (const model of Object.values(models)) {
    const fields: Record<string, Field> = Object.assign(Object.create(null), model.fields)
    for (const field of Object.values(model.fields)) {
      const written = field.default ?? implied(field)
      if (written === undefined) continue
      const settled = checkValue(field, toWire(field, written))
      if (settled instanceof InvalidValue) {
        mistakes.push(`Field \`${field.name}\` of model \`${model.name}\` has a default that ${settled.text}`)
      } else fields[field.name] = { ...field, default: settled }
    }
    models[model.name] = { ...model, fields }
  }
}

/** Counters begin at 0 and sets empty, unless something else is said. */
function implied({ nullable, filledByDatabase, onConflict, array, kind }: Field): unknown {
  if (nullable || filledByDatabase) return undefined
  if (onConflict === 'set') return array ? [] : undefined
  if (onConflict !== 'counter' || array) return undefined
  if (kind === 'integer' || kind === 'number') return 0
  return kind === 'bigint' || kind === 'decimal' ? '0' : undefined
}
