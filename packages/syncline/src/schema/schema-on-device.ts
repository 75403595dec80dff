/** A schema as devices see it: obfuscated ids, and references to them, are texts there; what they hide is the server's. */
import type { CompiledSchema, Field, Model } from './model.ts'

export function schemaOnDevice<S extends Pick<CompiledSchema, 'models'>>(schema: S): S {
  const isHidden = (name: string | undefined) =>
    name !== undefined && schema.models[name]?.ids === 'obfuscated'
  if (!Object.keys(schema.models).some(isHidden)) return schema
  const shownField = (field: Field): Field =>
    isHidden(field.references) ? { ...field, idType: 'text' } : field
  const shownModel = (model: Model): Model => ({
    ...model,
    idType: isHidden(model.name) ? 'text' : model.idType,
    fields: mapped(model.fields, shownField),
  })
  return { ...schema, models: mapped(schema.models, shownModel) }
}

/** What is made of each value, under its name. */
export function mapped<From, To>(
  all: Readonly<Record<string, From>>,
  make: (one: From) => To,
): Record<string, To> {
  const made: Record<string, To> = Object.create(null)
  for (const name of Object.keys(all)) made[name] = make(all[name] as From)
  return made
}
