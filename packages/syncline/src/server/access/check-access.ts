/** Checks an access declaration against the schema and fills in what it leaves open. Mistakes are found here, by name. */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { quoteNames, suggestion } from '../../schema/nearest-name.ts'
import type {
  AccessDeclaration,
  BorrowedRule,
  ModelAccess,
  OwnRule,
  RecordRule,
  WritableFields,
} from './declaration.ts'

/** One step along a reference: from the record's column to the id of a record of `target`. */
interface Hop {
  readonly column: string
  readonly target: Model
}

/** References to follow to the record whose rule is borrowed; that is the last one's target. */
export type Way = readonly [Hop, ...Hop[]]

/** The rules of one model with every name resolved. */
export interface ModelRules {
  readonly model: Model
  readonly accessibleBy?: RecordRule
  /** Ways to records whose readers may read this one too: `through`, or the rooms it belongs to. */
  readonly ways: readonly Way[]
  readonly all?: (user: never) => boolean
  readonly create?: RecordRule
  readonly when?: RecordRule
  /** Must hold beside `when` for a delete. */
  readonly deleteWhen?: RecordRule
  readonly writable: {
    readonly create?: ReadonlySet<string>
    readonly update?: ReadonlySet<string>
    readonly delete?: ReadonlySet<string>
  }
  /** Tables declared with `dependsOn`. */
  readonly dependsOn: readonly string[]
}

/** By model name; every model of the schema is there, also those that have no rule. */
export type CheckedAccess = ReadonlyMap<string, ModelRules>

const KNOWN_KEYS = new Set(['accessibleBy', 'through', 'all', 'write', 'create', 'dependsOn'])
const KNOWN_ACTIONS = new Set(['create', 'update', 'delete', 'when'])

/** Resolves every name of the declaration; throws a `TypeError` that names the first mistake and its remedy. */
export function checkAccess(schema: CompiledSchema, access: AccessDeclaration): CheckedAccess {
  for (const name of Object.keys(access)) {
    if (!schema.models[name]) {
      fail(
        `\`access.${name}\` is not a model of the schema.${suggestion(name, Object.keys(schema.models), 'Its models are')}`,
      )
    }
  }
  const checked = new Map<string, ModelRules>()
  for (const model of Object.values(schema.models)) {
    const declared = Object.hasOwn(access, model.name) ? access[model.name] : undefined
    checked.set(model.name, declared ? checkModel(schema, model, declared) : undeclared(schema, model))
  }
  refuseCircles(checked)
  return checked
}

function undeclared(schema: CompiledSchema, model: Model): ModelRules {
  return { model, ways: roomWays(schema, model), writable: {}, dependsOn: [] }
}

function checkModel(schema: CompiledSchema, model: Model, declared: ModelAccess): ModelRules {
  for (const key of Object.keys(declared)) {
    if (!KNOWN_KEYS.has(key))
      fail(`\`access.${model.name}.${key}\` is not known.${suggestion(key, [...KNOWN_KEYS], 'Known are')}`)
  }
  const { accessibleBy, through } = declared as Partial<OwnRule & BorrowedRule>
  if (accessibleBy && through) {
    fail(`\`access.${model.name}\` has both \`accessibleBy\` and \`through\`. Keep one of them.`)
  }
  refuseRuleInsideRoom(model, accessibleBy)
  const rooms = accessibleBy && !model.isRoot ? [] : roomWays(schema, model)
  const ways = through === undefined ? rooms : throughWays(schema, model, through, rooms)
  refuseUnreadable(model, declared, accessibleBy, ways)
  return {
    model,
    accessibleBy,
    ways,
    all: declared.all,
    create: declared.create,
    when: declared.write?.when,
    deleteWhen: typeof declared.write?.delete === 'function' ? declared.write.delete : undefined,
    writable: checkWritable(model, declared),
    dependsOn: (declared.dependsOn ?? []).map((name) => schema.models[name]?.table ?? name),
  }
}

function throughWays(
  schema: CompiledSchema,
  model: Model,
  reference: string,
  rooms: readonly Way[],
): readonly Way[] {
  const own: Way = [hopAlong(schema, model, reference)]
  // A root that belongs to another root's room is also delivered there, whatever its own rule says.
  return model.isRoot ? [own, ...rooms] : [own]
}

/** Whoever may read a room receives all that belongs to it, so a narrower rule on a member would be a lie. */
function refuseRuleInsideRoom(model: Model, accessibleBy: unknown): void {
  if (!accessibleBy || model.isRoot || model.rooms.length === 0) return
  const roots = [...new Set(model.rooms.map((room) => room.root))]
  fail(
    `\`access.${model.name}.accessibleBy\` cannot hold: records of \`${model.name}\` reach everybody in the rooms of ${quoteNames(roots)}. Use through('${model.rooms[0]?.path[0]}', …) or leave the reading rule out, or take \`${model.name}\` out of the room.`,
  )
}

function refuseUnreadable(
  model: Model,
  declared: ModelAccess,
  accessibleBy: unknown,
  ways: readonly Way[],
): void {
  const isReadable = Boolean(accessibleBy) || ways.length > 0 || (model.shared && Boolean(declared.all))
  if (isReadable || !declared.write) return
  fail(
    `\`access.${model.name}\` says who may write but not who may read, so nobody could do either. Add \`accessibleBy\`, or borrow a rule with through(reference, { write: … }).`,
  )
}

function roomWays(schema: CompiledSchema, model: Model): readonly Way[] {
  return model.rooms.map((room) => {
    const hops: Hop[] = []
    let from = model
    for (const reference of room.path) {
      const hop = hopAlong(schema, from, reference)
      hops.push(hop)
      from = hop.target
    }
    return hops as unknown as Way
  })
}

function hopAlong(schema: CompiledSchema, model: Model, reference: string): Hop {
  const relation = schema.relations[model.name]?.[reference]
  const name = relation?.kind === 'one' ? relation.field : reference
  const field = model.fields[name] ?? model.fields[`${name}Id`]
  const target = field?.references === undefined ? undefined : schema.models[field.references]
  if (field && target) return { column: field.column, target }
  const references = model.fieldNames.filter((known) => model.fields[known]?.references)
  fail(
    `\`access.${model.name}\` borrows through \`${reference}\`, which is not a reference of \`${model.name}\`. ${references.length === 0 ? 'It has none; give it `accessibleBy`.' : `Its references are ${quoteNames(references)}.`}`,
  )
}

function checkWritable(model: Model, declared: ModelAccess): ModelRules['writable'] {
  const write = declared.write ?? {}
  for (const key of Object.keys(write)) {
    if (!KNOWN_ACTIONS.has(key)) {
      fail(
        `\`access.${model.name}.write.${key}\` is not known.${suggestion(key, [...KNOWN_ACTIONS], 'Known are')}`,
      )
    }
  }
  if (declared.create && !write.create) {
    fail(
      `\`access.${model.name}.create\` says who may start a record, but \`write.create\` names no fields. Add write: { create: [${model.fieldNames.map((name) => `'${name}'`).join(', ')}] }.`,
    )
  }
  return {
    create: write.create && fieldsOf(model, 'create', write.create),
    update: write.update && fieldsOf(model, 'update', write.update),
    delete: write.delete ? new Set() : undefined,
  }
}

function fieldsOf(model: Model, action: string, declared: WritableFields): ReadonlySet<string> {
  const fields = new Set<string>()
  for (const name of declared === true ? ['*'] : declared) {
    if (name === '*') for (const plain of plainFields(model)) fields.add(plain)
    else fields.add(checkedField(model, action, name))
  }
  return fields
}

function checkedField(model: Model, action: string, name: string): string {
  const place = `\`access.${model.name}.write.${action}\``
  const field = model.fields[name]
  if (!field)
    fail(
      `${place} names \`${name}\`, which is not a field of \`${model.name}\`.${suggestion(name, model.fieldNames, 'Its fields are')}`,
    )
  if (isStamped(model, field.column))
    fail(`${place} names \`${name}\`, which Syncline stamps itself. Leave it out.`)
  return name
}

function plainFields(model: Model): string[] {
  return model.fieldNames.filter((name) => {
    const field = model.fields[name]
    return field && field.references === undefined && !isStamped(model, field.column)
  })
}

function isStamped(model: Model, column: string): boolean {
  return Object.values(model.columns).includes(column)
}

function refuseCircles(checked: CheckedAccess): void {
  const finished = new Set<string>()
  const visit = (rules: ModelRules, path: readonly string[]) => {
    const name = rules.model.name
    if (path.includes(name)) {
      fail(
        `Access rules go in a circle: ${[...path, name].join(' → ')}. Give one of them \`accessibleBy\` instead of \`through\`.`,
      )
    }
    if (finished.has(name)) return
    for (const way of rules.ways) {
      const target = checked.get((way.at(-1) as Hop).target.name)
      if (target) visit(target, [...path, name])
    }
    finished.add(name)
  }
  for (const rules of checked.values()) visit(rules, [])
}

function fail(message: string): never {
  throw new TypeError(message)
}
