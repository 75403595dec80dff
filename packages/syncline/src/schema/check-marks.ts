/** Checks what a model says about markers: the associations and fields it names must exist. */
import type { Model, Refreshes, Relation } from './model.ts'
import { suggestion } from './nearest-name.ts'

export function checkMarks(
  models: Readonly<Record<string, Model>>,
  relations: Readonly<Record<string, Readonly<Record<string, Relation>>>>,
  mistakes: string[],
): void {
  for (const model of Object.values(models)) {
    const known = Object.keys(relations[model.name] ?? {})
    for (const [option, names] of [
      ['broadcastsTo', model.broadcastsTo],
      ['broadcastsOnChangeOf', model.broadcastsOnChangeOf ?? []],
    ] as const) {
      for (const name of names) {
        if ((name === 'all' && option === 'broadcastsTo') || known.includes(name)) continue
        mistakes.push(
          `Model \`${model.name}\` has \`${name}\` in ${option}, which is not one of its relations.${suggestion(name, known, 'Its relations are')}`,
        )
      }
    }
    checkRefreshes(model, model.refreshes ?? {}, mistakes)
  }
}

function checkRefreshes(model: Model, refreshes: Refreshes, mistakes: string[]): void {
  for (const prop of [refreshes.single, refreshes.collection, refreshes.parent]) {
    if (prop === undefined || typeof prop === 'string') continue
    for (const field of prop.when ?? []) {
      if (field in model.fields) continue
      mistakes.push(
        `Model \`${model.name}\` refreshes \`${prop.prop}\` when \`${field}\` changes, which is not one of its fields.${suggestion(field, model.fieldNames, 'Its fields are')}`,
      )
    }
  }
}
