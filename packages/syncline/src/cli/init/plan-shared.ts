/**
 * Guesses what everybody may have: records in no room that others refer to and that say nothing of a person, such as
 * languages, categories and products.
 */
import { snakeWords } from './code-name.ts'
import type { ModelPlan, RoomPlan } from './plan.ts'
import { referencesOf } from './plan-relations.ts'

const PERSONAL =
  /(^|_)(e?mail|phone|mobile|fax|address|street|birth_?(day|date)|born|first_?name|last_?name|surname|salary|iban|ip)(_|$)/
const PEOPLE =
  /(^|_)(user|person|people|customer|client|patient|employee|staff|contact|member|profile|session)$/

/** By model: why its records are shared. */
export function planShared(models: readonly ModelPlan[], room: RoomPlan | undefined): Map<string, string> {
  const inRoom = new Set(room && [room.root, ...room.members.map(({ model }) => model)])
  const shared = new Map<string, string>()
  for (let known = -1; known !== shared.size; ) {
    known = shared.size
    for (const model of models) {
      if (inRoom.has(model.name) || shared.has(model.name) || isPersonal(model)) continue
      const reason = reasonFor(models, model, room)
      if (reason === undefined) continue
      if (referencesOf(model).every(({ target }) => target === model.name || shared.has(target))) {
        shared.set(model.name, reason)
      }
    }
  }
  return shared
}

function isPersonal({ name, source }: ModelPlan): boolean {
  return (
    PEOPLE.test(snakeWords(name)) || source.columns.some((column) => PERSONAL.test(snakeWords(column.name)))
  )
}

function reasonFor(
  models: readonly ModelPlan[],
  model: ModelPlan,
  room: RoomPlan | undefined,
): string | undefined {
  const users = models
    .filter((other) => other !== model && referencesOf(other).some(({ target }) => target === model.name))
    .map(({ name }) => `\`${name}\``)
  if (users.length > 0)
    return `guess: shared, because it is in no room and ${users.join(', ')} ${users.length === 1 ? 'refers' : 'refer'} to it.`
  return room === undefined ? 'guess: shared, because no references group its records into rooms.' : undefined
}
