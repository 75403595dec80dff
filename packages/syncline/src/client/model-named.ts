/** The model of this name, or an error that says which there are. */
import { SynclineError } from '../protocol/errors.ts'
import type { CompiledSchema, Model } from '../schema/model.ts'
import { suggestion } from '../schema/nearest-name.ts'

export function modelNamed({ models }: Pick<CompiledSchema, 'models'>, name: string): Model {
  const model = models[name]
  if (model) return model
  const hint = suggestion(name, Object.keys(models), 'Models are')
  throw new SynclineError('not_found', `There is no model \`${name}\`.${hint}`)
}
