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
function implied(field: Field): unknown {
  if (field.nullable || field.filledByDatabase) return undefined
  if (field.onConflict === 'set') return []
  if (field.onConflict !== 'counter') return undefined
  return field.kind === 'integer' || field.kind === 'number' ? 0 : '0'
}
