/**
 * Models whose rows would show ids that are to be obfuscated: their own, or those of references.
 *
 * Rows, changes and REST carry ids as the database has them, so these models are for markers and the application's own
 * pages only. Refusing says nothing about records: it follows from the schema.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { ChannelTarget } from '../channel-target.ts'

/** Name of a model whose obfuscated ids a channel's rows would show; null when there is none. */
export function hiddenIdsIn(schema: CompiledSchema, target: ChannelTarget): string | null {
  for (const model of modelsIn(schema, target)) {
    const hidden = hiddenIdsOf(schema, model)
    if (hidden !== null) return hidden
  }
  return null
}

/** Name of a model whose obfuscated ids a record would show; null when there is none. */
export function hiddenIdsOf(schema: CompiledSchema, model: Model): string | null {
  if (model.ids === 'obfuscated') return model.name
  const references = Object.values(model.fields).flatMap(({ references: to }) => to ?? [])
  return references.find((name) => schema.models[name]?.ids === 'obfuscated') ?? null
}

/** Fact, value, remedy, for who asked for rows. */
export function hiddenIdsMessage(what: string, model: string): string {
  return `${what} would show ids of \`${model}\`, which are obfuscated, as the database has them. Join for markers ({ want: 'markers' }) and read the page's own loader, or declare \`${model}\` with plain ids.`
}

function modelsIn(schema: CompiledSchema, target: ChannelTarget): Model[] {
  switch (target.kind) {
    case 'user':
      return []
    case 'collection':
      return [target.model, schema.models[target.relation.to] as Model]
    case 'room': {
      const members = Object.values(schema.models).filter(({ rooms }) =>
        rooms.some(({ root }) => root === target.model.name),
      )
      return [target.model, ...members]
    }
    case 'all':
    case 'mine':
      return [target.model]
  }
}
