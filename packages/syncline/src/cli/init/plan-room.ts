/**
 * Guesses the room: the model that most others lead to by their references, names that people give to what a team
 * works in first.
 */
import { snakeWords } from './code-name.ts'
import type { FieldPlan, MemberPlan, ModelPlan, RoomPlan } from './plan.ts'
import { referencesOf } from './plan-relations.ts'

/** What people work in, the likeliest first. */
const ROOTS: readonly string[] = (
  'organization organisation tenant workspace account company team club ' +
  'school clinic hotel restaurant store shop warehouse site project production ' +
  'campaign event board group household family customer client patient user'
).split(' ')

/** What describes other records and owns none. */
const DESCRIPTIONS =
  /(^|_)(country|city|state|province|region|language|currency|category|genre|type|kind|status|role|tag|unit|address|location|permission|setting|color|colour|level)$/

const LONGEST_PATH = 4
const NAME_BONUS = 4
const BONUS_STEP = 0.1

/** Chooses the room; undefined when no model leads to another. */
export function planRoom(models: readonly ModelPlan[]): RoomPlan | undefined {
  const candidates = models
    .filter(({ name }) => !DESCRIPTIONS.test(snakeWords(name)))
    .map((model) => ({ model, members: membersOf(models, model) }))
    .filter(({ members }) => members.length > 0)
    .map((candidate) => ({ ...candidate, score: scoreOf(candidate.model, candidate.members) }))
    .sort((a, b) => b.score - a.score)
  const [best, next] = candidates
  if (best === undefined) return undefined
  const { model, members } = best
  return { root: model.name, members, reason: reasonOf(model, members, next?.model) }
}

function scoreOf({ name }: ModelPlan, members: readonly MemberPlan[]): number {
  const rank = ROOTS.indexOf(name)
  const sure = members.filter(({ isOptional }) => !isOptional).length
  return sure + (members.length - sure) / 2 + (rank === -1 ? 0 : NAME_BONUS - rank * BONUS_STEP)
}

function reasonOf({ name }: ModelPlan, members: readonly MemberPlan[], next: ModelPlan | undefined): string {
  const count = members.length === 1 ? '1 model leads' : `${members.length} models lead`
  const isNamed = ROOTS.includes(name) ? ', and by its name it is what people work in' : ''
  return `guess: ${count} to \`${name}\` by references${isNamed}.${next === undefined ? '' : ` The next best was \`${next.name}\`.`}`
}

type Reference = FieldPlan & { readonly target: string }

/** Everything that leads to `root`, by the shortest way; each way goes through members only. */
function membersOf(models: readonly ModelPlan[], root: ModelPlan): MemberPlan[] {
  const members = new Map<string, MemberPlan>()
  let reached = new Map<string, readonly string[]>([[root.name, []]])
  for (let length = 1; length <= LONGEST_PATH && reached.size > 0; length++) {
    const found = new Map<string, readonly string[]>()
    for (const model of models) {
      if (model === root || members.has(model.name)) continue
      const ways = referencesOf(model).filter(({ target }) => reached.has(target))
      const way = ways.find(({ nullable }) => !nullable) ?? ways[0]
      if (way === undefined) continue
      const path = [way.name, ...(reached.get(way.target) as readonly string[])]
      found.set(model.name, path)
      members.set(model.name, {
        model: model.name,
        path,
        isOptional: way.nullable,
        notes: notesOf(way, ways),
      })
    }
    reached = found
  }
  return [...members.values()]
}

function notesOf(way: Reference, ways: readonly Reference[]): string[] {
  const others = ways.filter((other) => other !== way).map(({ name }) => `\`${name}\``)
  return [
    ...(others.length > 0 ? [`guess: ${others.join(', ')} would lead there too.`] : []),
    ...(way.nullable ? [`a record without \`${way.name}\` is in no room.`] : []),
  ]
}
