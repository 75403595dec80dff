/**
 * A database for simulations: tables, field versions, rooms and a log, in memory. A test double, not a server:
 * it keeps the rules of the wire and forgets everything else that a database does.
 */
import { merge, type VersionedRecord } from '../../protocol/merge.ts'
import type { Change } from '../../protocol/messages/change.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { changedFields, emptyFields, type Fields } from './written-fields.ts'

/** Who wrote a change. */
export interface Author {
  readonly user: string | null
  readonly device?: string
  readonly op?: number
}

/** One change in one room. */
export interface ModelLogRow {
  readonly room: string
  readonly change: Change
  readonly author: Author
}

/** One committed transaction. */
interface ModelCommit {
  readonly rows: readonly ModelLogRow[]
  /** Who may read which roots since this commit: `user root id`. */
  readonly grants: ReadonlySet<string>
  /** Roots that exist since this commit: `root id`. */
  readonly roots: ReadonlySet<string>
}

/** Everything that a backup holds. */
export interface ModelState {
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, VersionedRecord>>
  /** The last version of records that were deleted. */
  readonly buried: ReadonlyMap<string, number>
  readonly log: readonly ModelCommit[]
  readonly grants: ReadonlySet<string>
}

export const EMPTY_STATE: ModelState = { tables: new Map(), buried: new Map(), log: [], grants: new Set() }

/** Whether a user may read a room, `root id` or `all model`. */
export function mayRead(grants: ReadonlySet<string>, user: string, room: string): boolean {
  return room.startsWith('all ') || grants.has(`${user} ${room}`)
}

/** Why a write was refused. */
export class Refused extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A transaction under way: works on a copy, which replaces the database's state when it is committed. */
export class ModelTransaction {
  readonly #schema: CompiledSchema
  readonly #at: string
  readonly #tables: Map<string, Map<string, VersionedRecord>>
  readonly #buried: Map<string, number>
  readonly #grants: Set<string>
  readonly #state: ModelState
  readonly #rows: ModelLogRow[] = []

  constructor(schema: CompiledSchema, state: ModelState, at: string) {
    this.#schema = schema
    this.#state = state
    this.#at = at
    this.#tables = new Map([...state.tables].map(([model, records]) => [model, new Map(records)]))
    this.#buried = new Map(state.buried)
    this.#grants = new Set(state.grants)
  }

  get(model: string, id: string): VersionedRecord | undefined {
    return this.#tables.get(model)?.get(id)
  }

  /** The rooms that a record belongs to now. */
  roomsOf(name: string, id: string): string[] {
    const model = this.#model(name)
    if (!this.get(name, id)) return []
    const own = [...(model.isRoot ? [`${name} ${id}`] : []), ...(model.shared ? [`all ${name}`] : [])]
    return [...own, ...model.rooms.flatMap(({ root, path }) => this.#follow(model, id, root, path))]
  }

  mayRead(user: string, room: string): boolean {
    return mayRead(this.#grants, user, room)
  }

  grant(user: string, root: string, id: string): void {
    this.#grants.add(`${user} ${root} ${id}`)
  }

  revoke(user: string, root: string, id: string): void {
    this.#grants.delete(`${user} ${root} ${id}`)
  }

  create(name: string, id: string, fields: Fields, author: Author): void {
    const model = this.#model(name)
    if (this.get(name, id))
      throw new Refused('duplicate_id', `A record \`${id}\` of model \`${name}\` exists.`)
    this.#checkReferences(model, fields)
    const version = (this.#buried.get(`${name} ${id}`) ?? 0) + 1
    const whole = { ...emptyFields(model), ...fields }
    const fieldVersions =
      version === 1 ? {} : Object.fromEntries(model.fieldNames.map((field) => [field, version]))
    this.#put(name, id, { version, fields: whole, fieldVersions })
    for (const room of this.roomsOf(name, id)) this.#log(room, name, id, 'create', author)
  }

  update(name: string, id: string, written: Fields, author: Author, base?: number): void {
    const model = this.#model(name)
    const record = this.get(name, id)
    if (!record) throw new Refused('deleted', `The record \`${id}\` of model \`${name}\` was deleted.`)
    const changed = changedFields(model, record, written, base)
    if (Object.keys(changed).length === 0) return
    this.#checkReferences(model, changed)
    const family = [[name, id] as const, ...this.#descendants(name, id)]
    const before = new Map(family.map(([model, id]) => [`${model} ${id}`, this.roomsOf(model, id)]))
    this.#put(name, id, merge(record, { version: record.version + 1, fields: changed }))
    for (const [model, member] of family) {
      this.#move(
        model,
        member,
        before.get(`${model} ${member}`) ?? [],
        author,
        model === name && member === id ? changed : undefined,
      )
    }
  }

  delete(name: string, id: string, author: Author): void {
    const record = this.get(name, id)
    if (!record) throw new Refused('deleted', `The record \`${id}\` of model \`${name}\` was deleted.`)
    for (const [model, child] of this.#children(name, id)) this.delete(model, child, author)
    const rooms = this.roomsOf(name, id)
    this.#tables.get(name)?.delete(id)
    this.#buried.set(`${name} ${id}`, record.version + 1)
    for (const room of rooms) this.#logGone(room, name, id, 'delete', record.version + 1, author)
  }

  /** The state after this transaction. */
  commit(): ModelState {
    const roots = this.#schema.roots.flatMap((root) =>
      [...(this.#tables.get(root)?.keys() ?? [])].map((id) => `${root} ${id}`),
    )
    const commit = { rows: this.#rows, grants: this.#grants, roots: new Set(roots) }
    return {
      tables: this.#tables,
      buried: this.#buried,
      grants: this.#grants,
      log: [...this.#state.log, commit],
    }
  }

  #model(name: string): Model {
    const model = this.#schema.models[name]
    if (!model) throw new Refused('invalid_value', `There is no model \`${name}\`.`)
    return model
  }

  #put(name: string, id: string, record: VersionedRecord): void {
    const table = this.#tables.get(name) ?? new Map<string, VersionedRecord>()
    table.set(id, record)
    this.#tables.set(name, table)
  }

  #follow(model: Model, id: string, root: string, path: readonly string[]): string[] {
    let current: Model | undefined = model
    let at = id
    for (const field of path) {
      const next: unknown = current && this.get(current.name, at)?.fields[field]
      if (typeof next !== 'string') return []
      current = this.#schema.models[current?.fields[field]?.references ?? '']
      at = next
    }
    return [`${root} ${at}`]
  }

  #checkReferences(model: Model, fields: Fields): void {
    for (const [name, value] of Object.entries(fields)) {
      const target = model.fields[name]?.references
      if (target === undefined || value === null || this.get(target, value as string)) continue
      throw new Refused('constraint', `There is no record ${JSON.stringify(value)} of model \`${target}\`.`)
    }
  }

  #children(name: string, id: string): (readonly [string, string])[] {
    return Object.values(this.#schema.models).flatMap((model) =>
      Object.values(model.fields)
        .filter(({ references }) => references === name)
        .flatMap((field) =>
          [...(this.#tables.get(model.name) ?? [])]
            .filter(([, record]) => record.fields[field.name] === id)
            .map(([child]) => [model.name, child] as const),
        ),
    )
  }

  #descendants(name: string, id: string): (readonly [string, string])[] {
    return this.#children(name, id).flatMap(([model, child]) => [
      [model, child] as const,
      ...this.#descendants(model, child),
    ])
  }

  #move(
    name: string,
    id: string,
    before: readonly string[],
    author: Author,
    changed: Fields | undefined,
  ): void {
    const after = this.roomsOf(name, id)
    const version = this.get(name, id)?.version ?? 0
    for (const room of before)
      if (!after.includes(room)) this.#logGone(room, name, id, 'leave', version, author)
    for (const room of after) {
      if (!before.includes(room)) this.#log(room, name, id, 'enter', author)
      else if (changed)
        this.#append(
          room,
          { model: name, id, action: 'update', fields: changed, version, ...this.#stamp(author) },
          author,
        )
    }
  }

  #log(room: string, model: string, id: string, action: 'create' | 'enter', author: Author): void {
    const record = this.get(model, id)
    if (record)
      this.#append(room, { ...wholeChange(model, id, action, record), ...this.#stamp(author) }, author)
  }

  #logGone(
    room: string,
    model: string,
    id: string,
    action: 'delete' | 'leave',
    version: number,
    author: Author,
  ): void {
    this.#append(room, { model, id, action, version, ...this.#stamp(author) }, author)
  }

  #append(room: string, change: Change, author: Author): void {
    this.#rows.push({ room, change, author })
  }

  #stamp({ user, device }: Author): Pick<Change, 'at' | 'actor' | 'source'> {
    return { at: this.#at, actor: user, source: device === undefined ? 'psql' : 'app' }
  }
}

/** A change that carries the whole row. */
export function wholeChange(
  model: string,
  id: string,
  action: 'create' | 'enter',
  { version, fields, fieldVersions }: VersionedRecord,
): Omit<Change, 'at' | 'actor' | 'source'> {
  return { model, id, action, fields: { ...fields }, version, fieldVersions: { ...fieldVersions } }
}
