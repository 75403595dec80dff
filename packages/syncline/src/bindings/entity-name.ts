/** Names of models as events have them: `'checklist-item'`. */
import type { Client } from '../client/client.ts'
import type { Schema } from '../schema/define-schema.ts'
import { type KebabCase, kebabCase } from '../schema/kebab-case.ts'
import type { ModelName } from '../schema/row-types.ts'

/** A model's name in camelCase, or in kebab-case as in events. */
export type EntityName<S extends Schema> = ModelName<S> | KebabCase<ModelName<S>>

/** The model that an entity's name means. */
export type ModelOf<S extends Schema, E extends string> = {
  readonly [M in ModelName<S>]: E extends M | KebabCase<M> ? M : never
}[ModelName<S>]

/**
 * The model that an entity's name means.
 * @throws SynclineError naming the nearest right name
 */
export function modelNamed(client: Client<Schema>, entity: string): string {
  const names = Object.keys(client.schema.models)
  const found = names.find((name) => kebabCase(name) === kebabCase(entity))
  // Joining what does not exist says what does.
  if (!found) client.join(entity, 'all')
  return found as string
}

/** The name of an entity in events, whichever of its names is given. */
export function entityNamed(client: Client<Schema>, entity: string): string {
  return kebabCase(modelNamed(client, entity))
}
