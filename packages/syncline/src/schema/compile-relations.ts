/** Compiles relations: one for every reference, and those declared from the other side. */
import type { RelationDeclaration } from './declaration.ts'
import type { Model, Relation } from './model.ts'
import { nameMistake } from './name-mistake.ts'
import { quoteNames, suggestion } from './nearest-name.ts'

type Models = Readonly<Record<string, Model>>
type RelationsOfAll = Readonly<Record<string, Readonly<Record<string, RelationDeclaration>>>>

/** Returns relations by model, then by name, in null-prototype objects; adds what is wrong to `mistakes`. */
export function compileRelations(
  models: Models,
  declared: RelationsOfAll,
  mistakes: string[],
): Record<string, Record<string, Relation>> {
  const relations: Record<string, Record<string, Relation>> = Object.create(null)
  for (const model of Object.values(models)) relations[model.name] = relationsOfReferences(model)
  for (const [modelName, ofModel] of Object.entries(declared)) {
    const model = models[modelName]
    if (model === undefined) {
      mistakes.push(
        `Relations are declared for \`${modelName}\`, which is not a model.${suggestion(modelName, Object.keys(models), 'The models are')}`,
      )
      continue
    }
    for (const [name, declaration] of Object.entries(ofModel)) {
      const relation = compileRelation(models, model, name, declaration, mistakes)
      if (relation !== undefined) (relations[modelName] as Record<string, Relation>)[name] = relation
    }
  }
  return relations
}

function relationsOfReferences(model: Model): Record<string, Relation> {
  const relations: Record<string, Relation> = Object.create(null)
  for (const field of Object.values(model.fields)) {
    if (field.references === undefined) continue
    const name = relationName(field.name)
    relations[name] = { name, from: model.name, to: field.references, kind: 'one', field: field.name }
  }
  return relations
}

/** Name of the relation that a reference gives: `cameraId` → `camera`. */
function relationName(fieldName: string): string {
  return fieldName.replace(/Id$/, '')
}

function compileRelation(
  models: Models,
  from: Model,
  name: string,
  declared: RelationDeclaration,
  mistakes: string[],
): Relation | undefined {
  const place = `Relation \`${name}\` of model \`${from.name}\``
  const problem = nameMistake(name) ?? takenMistake(from, name) ?? targetMistake(models, declared)
  if (problem !== undefined) {
    mistakes.push(`${place} ${problem}`)
    return undefined
  }
  const carrier = models[declared.through ?? declared.target] as Model
  const field = carryingField(carrier, from, declared.by)
  if (typeof field === 'string') {
    const base = { name, from: from.name, to: declared.target, field }
    if (declared.kind !== 'manyToMany')
      return { ...base, kind: 'many', ...(declared.kind === 'hasOne' && { single: true }) }
    const targetField = carryingField(carrier, models[declared.target] as Model, undefined, field)
    if (typeof targetField === 'string')
      return { ...base, kind: 'manyToMany', through: carrier.name, targetField }
    mistakes.push(`${place} ${targetField.mistake}`)
    return undefined
  }
  mistakes.push(`${place} ${field.mistake}`)
  return undefined
}

function takenMistake(from: Model, name: string): string | undefined {
  if (name in from.fields) return 'has the name of a field. Choose another.'
  if (`${name}Id` in from.fields)
    return `is already given by the reference \`${name}Id\`. Remove the declaration or choose another name.`
  return undefined
}

function targetMistake(models: Models, declared: RelationDeclaration): string | undefined {
  if (!['hasMany', 'hasOne', 'manyToMany'].includes(declared?.kind))
    return 'is not a relation. Write hasMany, hasOne or manyToMany.'
  const names = [declared.target, ...(declared.kind === 'manyToMany' ? [declared.through ?? ''] : [])]
  const unknown = names.find((target) => !(target in models))
  if (unknown === undefined) return undefined
  return `names \`${unknown}\`, which is not a model.${suggestion(unknown, Object.keys(models), 'The models are')}`
}

function carryingField(
  carrier: Model,
  target: Model,
  wanted?: string,
  except?: string,
): string | { readonly mistake: string } {
  const all = Object.values(carrier.fields).filter(
    (field) => field.references === target.name && field.name !== except,
  )
  const names = all.map((field) => field.name)
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted
    return {
      mistake: `goes by \`${wanted}\`, which is no reference of model \`${carrier.name}\` to \`${target.name}\`.${suggestion(wanted, names, 'Its references are')}`,
    }
  }
  if (names.length === 1) return names[0] as string
  if (names.length === 0) {
    return {
      mistake: `needs a reference of model \`${carrier.name}\` to \`${target.name}\`, and there is none. Add \`${target.name}Id: reference('${target.name}')\` to it.`,
    }
  }
  return {
    mistake: `can go by ${quoteNames(names)} of model \`${carrier.name}\`. Say which: { by: '${names[0]}' }.`,
  }
}
