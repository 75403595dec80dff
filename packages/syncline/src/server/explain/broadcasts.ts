/** Which models broadcast to what, as declared: one line for each channel that a change of a model marks. */
import type { CompiledSchema, Model, Relation } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import { bareTable } from '../channel-target.ts'
import { collectionProp, type MarkedProp, parentProp, singleProp } from '../marking/marked-props.ts'

/** What one kind of change says to one channel. */
export interface BroadcastPlan {
  /** Name of the model whose records change. */
  readonly model: string
  /** `Account:{id}`, `Account:all`, `Account:{id}/account_users`. */
  readonly channel: string
  readonly on: 'create or update' | 'delete' | 'any change'
  readonly action: 'refresh' | 'remove'
  readonly prop: string
  /** Fields of which one must change; absent: any. */
  readonly when?: readonly string[]
}

/** The plans of one model, or of all; throws when there is no such model. */
export function plannedBroadcasts(schema: CompiledSchema, name?: string): readonly BroadcastPlan[] {
  if (name === undefined) return Object.values(schema.models).flatMap((model) => plansOf(schema, model))
  const model = schema.models[name] ?? schema.byChannel[name]
  if (model) return plansOf(schema, model)
  throw new TypeError(
    `\`${name}\` is not a model of the schema.${suggestion(name, Object.keys(schema.models), 'Its models are')}`,
  )
}

function plansOf(schema: CompiledSchema, model: Model): BroadcastPlan[] {
  const own = bothWays(model, `${model.channel}:{id}`, singleProp(model))
  const all = model.broadcastsTo.includes('all')
    ? bothWays(model, `${model.channel}:all`, collectionProp(model))
    : []
  return [...own, ...all, ...associated(schema, model)]
}

function bothWays(model: Model, channel: string, prop: MarkedProp): BroadcastPlan[] {
  return [
    { model: model.name, channel, on: 'create or update', action: 'refresh', ...prop },
    { model: model.name, channel, on: 'delete', action: 'remove', prop: prop.prop },
  ]
}

function associated(schema: CompiledSchema, model: Model): BroadcastPlan[] {
  const relation = (name: string): Relation | undefined => schema.relations[model.name]?.[name]
  const whole = model.broadcastsTo.flatMap((name) => relation(name) ?? [])
  const nested = [...whole, ...(model.broadcastsOnChangeOf ?? []).flatMap((name) => relation(name) ?? [])]
  const refresh = { model: model.name, on: 'any change', action: 'refresh' } as const
  const target = ({ to }: Relation) => schema.models[to] as Model
  return [
    ...whole.map((each) => ({
      ...refresh,
      channel: `${target(each).channel}:{id}`,
      ...parentProp(model, target(each)),
    })),
    ...nested
      // A record that refers to this one has no collection of such.
      .filter(({ kind }) => kind !== 'many')
      .map((each) => ({
        ...refresh,
        channel: `${target(each).channel}:{id}/${bareTable(model)}`,
        ...collectionProp(model),
      })),
  ]
}
