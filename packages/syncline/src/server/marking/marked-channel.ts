/** A channel as far as markers go: what marks it, and the prop that is named when it cannot be told what has changed. */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { bareTable, type MarkerTarget } from '../channel-target.ts'
import { allKey, collectionKey, type DerivedMarks, recordKey } from './derive-marks.ts'
import { collectionProp, singleProp } from './marked-props.ts'
import { type Marks, refreshOf, together } from './marks.ts'

export class MarkedChannel {
  readonly target: MarkerTarget
  /** Keys of what marks it. */
  readonly keys: readonly string[]
  readonly #prop: string

  constructor(schema: CompiledSchema, target: MarkerTarget) {
    this.target = target
    this.keys = keysOf(schema, target)
    this.#prop = propOf(schema, target)
  }

  /** What is said of this channel; null when nothing is. */
  marksIn(derived: DerivedMarks | 'everything'): Marks | null {
    if (derived === 'everything' || derived.wholeModels.has(this.target.model.name)) return this.refresh()
    let marks: Marks | null = null
    for (const key of this.keys) {
      const found = derived.channels.get(key)
      if (found) marks = marks ? together(marks, found) : found
    }
    return marks
  }

  /** A refresh of all that it may show. */
  refresh(): Marks {
    return refreshOf(this.#prop)
  }
}

function keysOf(schema: CompiledSchema, target: MarkerTarget): string[] {
  const { model } = target
  switch (target.kind) {
    case 'room':
      return [recordKey(model, target.id)]
    case 'all':
      return [allKey(model)]
    case 'mine':
      return []
    case 'collection': {
      // A record also joins or leaves the collection by its link.
      const { to, through } = target.relation
      const models = [to, ...(through === undefined ? [] : [through])]
      return models.map((name) => collectionKey(model, target.id, bareTable(schema.models[name] as Model)))
    }
  }
}

function propOf(schema: CompiledSchema, target: MarkerTarget): string {
  switch (target.kind) {
    case 'room':
      return singleProp(target.model).prop
    case 'all':
    case 'mine':
      return collectionProp(target.model).prop
    case 'collection':
      return collectionProp(schema.models[target.relation.to] as Model).prop
  }
}
