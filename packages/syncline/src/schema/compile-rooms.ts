/** Compiles rooms: for every member model, the references that lead to the room and the column that holds its id. */
import type { RoomDeclaration } from './declaration.ts'
import type { Field, Model, RoomPath } from './model.ts'
import { suggestion } from './nearest-name.ts'
import { snakeCase } from './snake-case.ts'

type Models = Readonly<Record<string, Model>>
type Rooms = Readonly<Record<string, RoomDeclaration>>

/** Returns the rooms of every member model by its name; adds what is wrong to `mistakes`. */
export function compileRooms(models: Models, declared: Rooms, mistakes: string[]): Map<string, RoomPath[]> {
  const paths = new Map<string, RoomPath[]>()
  for (const [root, declaration] of Object.entries(declared)) {
    if (!(root in models)) {
      mistakes.push(
        `Room \`${root}\` is not a model.${suggestion(root, Object.keys(models), 'The models are')}`,
      )
      continue
    }
    for (const [member, written] of Object.entries(declaration.members)) {
      const place = `Room \`${root}\` has member \`${member}\``
      const found = memberMistake(models, root, member) ?? followPath(models, member, root, String(written))
      if (typeof found === 'string') mistakes.push(`${place}${found}`)
      else paths.set(member, [...(paths.get(member) ?? []), { root, path: found, column: '' }])
    }
  }
  for (const [member, ofMember] of paths) paths.set(member, withColumns(models[member] as Model, ofMember))
  checkWays(models, paths, mistakes)
  return paths
}

function memberMistake(models: Models, root: string, member: string): string | undefined {
  if (member === root)
    return ', which is the room itself. Leave it out: the root record always belongs to its room.'
  if (member in models) return undefined
  return `, which is not a model.${suggestion(member, Object.keys(models), 'The models are')}`
}

/** Follows a path as written; returns the reference fields to follow, or what is wrong. */
function followPath(models: Models, member: string, root: string, written: string): string[] | string {
  const path: string[] = []
  const visited = [member]
  let model = models[member] as Model
  for (const step of written.split('.')) {
    const field = model.fields[step] ?? model.fields[`${step}Id`]
    if (field?.references === undefined) return ` by \`${written}\`, but ${stepMistake(model, step, field)}`
    path.push(field.name)
    const next = models[field.references]
    if (next === undefined) return ` by \`${written}\`, but \`${field.name}\` refers to no model.`
    if (visited.includes(next.name)) {
      return ` by \`${written}\`, which comes back to \`${next.name}\`: a path cannot be circular.`
    }
    visited.push(next.name)
    model = next
  }
  if (model.name === root) return path
  return ` by \`${written}\`, which leads to \`${model.name}\`. Lead it on to \`${root}\`: its last step is a reference to the room.`
}

function stepMistake(model: Model, step: string, field: Field | undefined): string {
  const references = Object.values(model.fields).filter((candidate) => candidate.references !== undefined)
  const names = references.map((candidate) => candidate.name)
  const hint = suggestion(step, names, 'Its references are') || ` Model \`${model.name}\` has no references.`
  return field === undefined
    ? `model \`${model.name}\` has no reference \`${step}\`.${hint}`
    : `\`${step}\` of model \`${model.name}\` is ${field.kind}, not a reference.${hint}`
}

function withColumns(member: Model, rooms: readonly RoomPath[]): RoomPath[] {
  const byPath = rooms.filter(({ path }) => path.length > 1)
  return rooms.map((room) => {
    if (room.path.length === 1)
      return { ...room, column: (member.fields[room.path[0] as string] as Field).column }
    return { ...room, column: byPath.length === 1 ? 'sync_room' : `sync_room_${snakeCase(room.root)}` }
  })
}

/**
 * A member's room column is copied from its parent's. The parent of a path of two steps has it in its own
 * reference; the parent of a longer path has it only when it is a member of the room itself, by the rest of the path.
 */
function checkWays(
  models: Models,
  paths: ReadonlyMap<string, readonly RoomPath[]>,
  mistakes: string[],
): void {
  for (const [member, rooms] of paths) {
    for (const { root, path } of rooms) {
      if (path.length < 3) continue
      const parent = models[member]?.fields[path[0] as string]?.references as string
      const rest = path.slice(1)
      const same = paths
        .get(parent)
        ?.some((room) => room.root === root && room.path.join('.') === rest.join('.'))
      if (!same) {
        mistakes.push(
          `Room \`${root}\` has member \`${member}\` by a path through \`${parent}\`, which is not a member by the rest of that path. Add \`${parent}: '${rest.join('.')}'\` to the room.`,
        )
      }
    }
  }
}
