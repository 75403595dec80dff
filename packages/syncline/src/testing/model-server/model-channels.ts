/** What a channel shows of a state, and what it tells between two states. */
import { parseChannel } from '../../protocol/channel.ts'
import type { VersionedRecord } from '../../protocol/merge.ts'
import type { Change } from '../../protocol/messages/change.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import { type ModelLogRow, type ModelState, mayRead, wholeChange } from './model-database.ts'

/** A channel as one user sees it. */
export interface ModelView {
  /** Null when there is no such channel, or it is not theirs. */
  rows(state: ModelState): readonly ViewRow[] | null
  /** Changes of the commits from `from` up to `to`. */
  changes(state: ModelState, from: number, to: number): readonly ViewChange[]
}

interface ViewRow {
  readonly model: string
  readonly id: string
  readonly record: VersionedRecord
}

export interface ViewChange {
  readonly change: Change
  /** Device and number of the op, for the device itself. */
  readonly author: ModelLogRow['author']
}

/** The view of a channel name; null when the name is none. */
export function viewOf(schema: CompiledSchema, channel: string, user: string): ModelView | null {
  const parsed = parseChannel(channel)
  const model = parsed && schema.byChannel[parsed.model]
  if (!parsed || !model || parsed.form === 'collection') return null
  if (parsed.form === 'mine') return model.isRoot ? mineView(model.name, user) : null
  if (parsed.form === 'all') return model.shared ? roomView(`all ${model.name}`, user) : null
  return model.isRoot ? roomView(`${model.name} ${parsed.id}`, user) : null

  function roomView(room: string, reader: string): ModelView {
    return {
      rows: (state) =>
        isThere(state, room) && mayRead(state.grants, reader, room) ? rowsOf(schema, state, room) : null,
      changes: (state, from, to) =>
        state.log.slice(from, to).flatMap(({ rows }) => rows.filter((row) => row.room === room)),
    }
  }
}

/** A room is there while its root is, or by the name of a shared model. */
function isThere(state: ModelState, room: string): boolean {
  const [root = '', id = ''] = room.split(' ')
  return root === 'all' || state.tables.get(root)?.has(id) === true
}

function rowsOf(schema: CompiledSchema, state: ModelState, room: string): ViewRow[] {
  return [...state.tables].flatMap(([model, records]) =>
    [...records]
      .filter(([id]) => isIn(schema, state, model, id, room))
      .map(([id, record]) => ({ model, id, record })),
  )
}

function isIn(schema: CompiledSchema, state: ModelState, name: string, id: string, room: string): boolean {
  const model = schema.models[name]
  if (!model) return false
  if (model.isRoot && room === `${name} ${id}`) return true
  if (model.shared && room === `all ${name}`) return true
  return model.rooms.some(({ root, path }) => {
    let at: unknown = id
    let current = name
    for (const field of path) {
      at = state.tables.get(current)?.get(at as string)?.fields[field]
      current = schema.models[current]?.fields[field]?.references ?? ''
    }
    return room === `${root} ${at as string}`
  })
}

/** The roots that a user may read: they enter and leave as rights do. */
function mineView(root: string, user: string): ModelView {
  const visible = (state: ModelState, at: number) => {
    const commit = state.log[at - 1]
    const rooms = [...(commit?.roots ?? [])].filter((room) => room.startsWith(`${root} `))
    return new Set(rooms.filter((room) => mayRead(commit?.grants ?? new Set(), user, room)))
  }
  return {
    rows: (state) =>
      [...visible(state, state.log.length)].flatMap((room) => {
        const id = room.slice(root.length + 1)
        const record = state.tables.get(root)?.get(id)
        return record ? [{ model: root, id, record }] : []
      }),
    changes(state, from, to) {
      const result: ViewChange[] = []
      for (let at = from; at < to; at++) {
        result.push(...mineChanges(root, state, at, visible(state, at), visible(state, at + 1)))
      }
      return result
    },
  }
}

function mineChanges(
  root: string,
  state: ModelState,
  at: number,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): ViewChange[] {
  const rows =
    state.log[at]?.rows.filter(
      ({ room, change }) => change.model === root && room === `${root} ${change.id}`,
    ) ?? []
  const own = rows.filter(
    ({ room }) => after.has(room) || (before.has(room) && !state.log[at]?.roots.has(room)),
  )
  const told = new Set(own.filter(({ change }) => change.action === 'create').map(({ room }) => room))
  const entered = [...after].filter((room) => !before.has(room) && !told.has(room))
  const left = [...before].filter((room) => !after.has(room) && state.log[at]?.roots.has(room))
  const updates = own.filter(({ room, change }) => before.has(room) || change.action === 'create')
  return [
    ...updates,
    ...entered.flatMap((room) => enter(root, state, room)),
    ...left.map((room) => leave(root, state, room)),
  ]
}

/** The row as it is now; later changes of it come again and change nothing. */
function enter(root: string, state: ModelState, room: string): ViewChange[] {
  const id = room.slice(root.length + 1)
  const record = state.tables.get(root)?.get(id)
  return record
    ? [{ change: { ...wholeChange(root, id, 'enter', record), ...DIRECT }, author: { user: null } }]
    : []
}

function leave(root: string, state: ModelState, room: string): ViewChange {
  const id = room.slice(root.length + 1)
  const version = state.tables.get(root)?.get(id)?.version ?? state.buried.get(room) ?? 0
  return { change: { model: root, id, action: 'leave', version, ...DIRECT }, author: { user: null } }
}

/** Leaves out what later updates of the same record supersede, as a server may while a device catches up. */
export function collapse(changes: readonly ViewChange[]): ViewChange[] {
  const collapsed: ViewChange[] = []
  const places = new Map<string, number>()
  for (const each of changes) {
    const key = `${each.change.model} ${each.change.id}`
    const place = each.change.action === 'update' ? places.get(key) : undefined
    const earlier = place === undefined ? undefined : collapsed[place]
    if (earlier && place !== undefined) collapsed[place] = combine(earlier.change, each.change)
    else collapsed.push(each)
    if (each.change.action !== 'update') places.delete(key)
    else if (!earlier) places.set(key, collapsed.length - 1)
  }
  return collapsed
}

/** Two updates as one; nobody's op, for it may be of several. */
function combine(first: Change, second: Change): ViewChange {
  const fields = { ...first.fields, ...second.fields }
  const fieldVersions = { ...versionsOf(first), ...versionsOf(second) }
  return { change: { ...second, fields, fieldVersions }, author: { user: second.actor } }
}

function versionsOf({ fields = {}, fieldVersions, version }: Change): Record<string, number> {
  return Object.fromEntries(Object.keys(fields).map((field) => [field, fieldVersions?.[field] ?? version]))
}

const DIRECT = { at: '2026-01-01T00:00:00Z', actor: null, source: 'psql' }
