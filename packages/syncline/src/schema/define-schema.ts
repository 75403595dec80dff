/**
 * From declaration to compiled schema, once at start: names, then models and fields, relations, rooms, defaults, hash.
 * Everything that is wrong is collected on the way and thrown at once, with names.
 */
import { compileModel, idTypeOf } from './compile-model.ts'
import { compileRelations } from './compile-relations.ts'
import { compileRooms } from './compile-rooms.ts'
import { settleDefaults } from './compile-defaults.ts'
import type { ModelDeclaration, SchemaDeclaration } from './declaration.ts'
import type { CompiledSchema, Model } from './model.ts'
import { nameMistake } from './name-mistake.ts'
import { suggestion } from './nearest-name.ts'
import { checkMarks } from './check-marks.ts'
import { SchemaError } from './schema-error.ts'
import { schemaHash } from './schema-hash.ts'

declare const declaration: unique symbol

/** A compiled schema that also carries the types of its rows: see `Row`, `NewRow` and `Changes`. */
export interface Schema<Declaration extends SchemaDeclaration = SchemaDeclaration> extends CompiledSchema {
  /** Exists for the type checker only. */
  readonly [declaration]?: Declaration
}

/** The declaration that a schema was made from, as a type. */
export type DeclarationOf<S extends Schema> = S extends Schema<infer Declaration> ? Declaration : never

/**
 * Declares what synchronises: models with their fields, relations, and rooms.
 * @throws SchemaError naming everything that is wrong, with the nearest right name
 */
export function defineSchema<const Declaration extends SchemaDeclaration>(
  written: Declaration,
): Schema<Declaration> {
  const mistakes: string[] = topLevelMistakes(written)
  const models = compileModels(written.models ?? {}, mistakes)
  const relations = compileRelations(models, written.relations ?? {}, mistakes)
  const roots = Object.keys(written.rooms ?? {})
  const paths = compileRooms(models, written.rooms ?? {}, mistakes)
  for (const model of Object.values(models)) {
    models[model.name] = { ...model, isRoot: roots.includes(model.name), rooms: paths.get(model.name) ?? [] }
  }
  checkMarks(models, relations, mistakes)
  settleDefaults(models, mistakes)
  if (mistakes.length > 0) throw new SchemaError(mistakes)
  return {
    version: written.version ?? 1,
    hash: schemaHash(models),
    models,
    byChannel: indexBy(models, (model) => model.channel),
    byPath: indexBy(models, (model) => model.path),
    relations,
    roots,
  }
}

const PARTS = ['version', 'models', 'relations', 'rooms']

function topLevelMistakes(written: SchemaDeclaration): string[] {
  const mistakes = Object.keys(written)
    .filter((part) => !PARTS.includes(part))
    .map(
      (part) =>
        `The schema has \`${part}\`, which does not exist.${suggestion(part, PARTS, 'Its parts are')}`,
    )
  const { version } = written
  if (version !== undefined && !(Number.isInteger(version) && version >= 1 && version <= 0x7fffffff)) {
    mistakes.push(`The schema has version ${JSON.stringify(version)}. Write a whole number from 1.`)
  }
  if (Object.keys(written.models ?? {}).length === 0) {
    mistakes.push("The schema has no models. Write models: { camera: model('cameras', { name: text() }) }.")
  }
  return mistakes
}

function compileModels(
  declared: Readonly<Record<string, ModelDeclaration>>,
  mistakes: string[],
): Record<string, Model> {
  const sound = Object.entries(declared).filter(([name, model]) => isSound(name, model, mistakes))
  const idTypes = new Map(sound.map(([name, { options }]) => [name, idTypeOf(options)]))
  const models: Record<string, Model> = Object.create(null)
  for (const [name, model] of sound) models[name] = compileModel(name, model, idTypes, mistakes)
  duplicates(models, (model) => model.table, 'table', mistakes)
  duplicates(models, (model) => model.path, 'path', mistakes)
  return models
}

function isSound(name: string, model: ModelDeclaration, mistakes: string[]): boolean {
  const problem = nameMistake(name)
  if (problem !== undefined) mistakes.push(`Model \`${name}\` ${problem}`)
  const isModel = typeof model?.fields === 'object' && typeof model.options === 'object'
  if (!isModel) mistakes.push(`Model \`${name}\` is not a model. Write model('table', { … }).`)
  return problem === undefined && isModel
}

function duplicates(
  models: Readonly<Record<string, Model>>,
  key: (model: Model) => string,
  noun: string,
  mistakes: string[],
): void {
  const seen = new Map<string, Model>()
  for (const model of Object.values(models)) {
    const first = seen.get(key(model))
    // Two models of one table have one path: said once is enough.
    if (first !== undefined && (noun === 'table' || first.table !== model.table)) {
      mistakes.push(
        `Models \`${first.name}\` and \`${model.name}\` have the same ${noun} \`${key(model)}\`. A table has one model.`,
      )
    }
    seen.set(key(model), first ?? model)
  }
}

function indexBy(
  models: Readonly<Record<string, Model>>,
  key: (model: Model) => string,
): Record<string, Model> {
  const index: Record<string, Model> = Object.create(null)
  for (const model of Object.values(models)) index[key(model)] = model
  return index
}
