/**
 * Which props of a page a change marks: as declared, else by convention in snake_case, as Rails and Inertia pages have
 * them: `account_user` for a record, the table's name for a collection, the parent's name for a parent.
 */
import type { Model, RefreshedProp } from '../../schema/model.ts'
import { snakeCase } from '../../schema/snake-case.ts'
import { bareTable } from '../channel-target.ts'

/** A prop, and the fields whose change marks it; any when there are none. */
export interface MarkedProp {
  readonly prop: string
  readonly when?: readonly string[]
}

/** The prop of a record's own channel. */
export function singleProp(model: Model): MarkedProp {
  return declared(model.refreshes?.single) ?? { prop: snakeCase(model.name) }
}

/** The prop of a model's `:all` channel and of its nested collections. */
export function collectionProp(model: Model): MarkedProp {
  return declared(model.refreshes?.collection) ?? { prop: bareTable(model) }
}

/** The prop of a record that a change of `model` marks along an association. */
export function parentProp(model: Model, parent: Model): MarkedProp {
  return declared(model.refreshes?.parent) ?? { prop: snakeCase(parent.name) }
}

function declared(prop: RefreshedProp | undefined): MarkedProp | undefined {
  return typeof prop === 'string' ? { prop } : prop
}
