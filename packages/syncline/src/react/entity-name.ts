/** Names of models as events have them: `'checklist-item'`. */
import type { Schema } from '../schema/define-schema.ts'
import { kebabCase } from '../schema/kebab-case.ts'
import type { Model } from '../schema/model.ts'
import { suggestion } from '../schema/nearest-name.ts'
import type { ModelName } from '../schema/row-types.ts'
import { SynclineError } from '../protocol/errors.ts'

/** A name in kebab-case, as a type. */
export type KebabCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${Lowercase<First>}${Rest extends Uncapitalize<Rest> ? '' : '-'}${KebabCase<Rest>}`
  : Name

/** A model's name in camelCase, or in kebab-case as in events. */
export type EntityName<S extends Schema> = ModelName<S> | KebabCase<ModelName<S>>

/** The model that an entity's name means. */
export type ModelOf<S extends Schema, E extends string> = {
  readonly [M in ModelName<S>]: E extends M | KebabCase<M> ? M : never
}[ModelName<S>]

/**
 * Finds the model that an entity's name means.
 * @throws SynclineError naming the nearest right name
 */
export function modelNamed({ models }: Schema, entity: string): Model {
  const all = Object.values(models)
  const found = models[entity] ?? all.find(({ name }) => kebabCase(name) === entity)
  if (found) return found
  const names = all.map(({ name }) => kebabCase(name))
  throw new SynclineError(
    'not_found',
    `There is no entity \`${entity}\`.${suggestion(entity, names, 'Entities are')}`,
  )
}
