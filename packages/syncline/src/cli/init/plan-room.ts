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

/**
 * Everything that leads to `root`; each way goes through members only. A way that no null can cut comes before all
 * others, however long, because a record whose way is cut is in no room; among equals the shortest.
 */
function membersOf(models: readonly ModelPlan[], root: ModelPlan): MemberPlan[] {
  const members = new Map<string, MemberPlan>()
  reach(models, root, members, ({ nullable }) => !nullable)
  reach(models, root, members, () => true)
  return [...members.values()]
}

/** Adds the models that lead to `root` by references of a kind, the nearest first. */
function reach(
  models: readonly ModelPlan[],
  root: ModelPlan,
  members: Map<string, MemberPlan>,
  mayBeUsed: (reference: Reference) => boolean,
): void {
  const distanceOf = (name: string) =>
    name === root.name ? 0 : (members.get(name)?.path.length ?? Number.POSITIVE_INFINITY)
  for (let length = 1; length <= LONGEST_PATH; length++) {
    const found = models.flatMap((model) => {
      if (model === root || members.has(model.name)) return []
      const ways = referencesOf(model).filter(({ target }) => distanceOf(target) < length)
      const usable = ways.filter((way) => mayBeUsed(way) && distanceOf(way.target) === length - 1)
      const way = usable.find(({ nullable }) => !nullable) ?? usable[0]
      return way === undefined ? [] : [memberBy(model, way, ways, members.get(way.target))]
    })
    for (const member of found) members.set(member.model, member)
  }
}

/** `parent` is the member that the way leads to; undefined when it is the root. */
function memberBy(
  { name }: ModelPlan,
  way: Reference,
  ways: readonly Reference[],
  parent: MemberPlan | undefined,
): MemberPlan {
  const others = ways.filter((other) => other !== way).map((other) => `\`${other.name}\``)
  return {
    model: name,
    path: [way.name, ...(parent?.path ?? [])],
    isOptional: way.nullable || parent?.isOptional === true,
    notes: [
      ...(others.length > 0 ? [`guess: ${others.join(', ')} would lead there too.`] : []),
      ...(way.nullable
        ? [`guess: a record without \`${way.name}\` is in no room.`]
        : parent?.isOptional
          ? [`guess: a record whose \`${way.name}\` is in no room is in none either.`]
          : []),
    ],
  }
}
