/** A schema as devices see it: obfuscated ids, and references to them, are texts there; what they hide is the server's. */
import { mapped } from './mapped.ts'
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
