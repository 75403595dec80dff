/**
 * Records as text, a page at a time: IndexedDB is bounded by the number of its records, not by
 * their bytes, and one text is read back in a slice of its own. A page holds columns, not rows, which is half as much
 * to read and to parse (docs/decisions/0011; bench: G11).
 *
 * What is read is judged, not trusted: other scripts of the page may have written it (`check-group.ts`, `columns.ts`).
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import type { AnyRow } from '../../query/row.ts'
import type { StoreRecord } from '../../store/store-record.ts'
import { checkedGroup } from './check-group.ts'
import { type Column, type PackedColumns, packColumns, shortened, unpackRows, valueAt } from './columns.ts'
import { damaged } from './problem.ts'

/** Records of one model and one set of fields, as columns. */
export interface PackedGroup extends PackedColumns {
  readonly model: string
  readonly versions: Column<number>
  /** Null where it is the record's own version. */
  readonly entered: Column<number | null>
  /** Field versions that occur, and which of them each record has. */
  readonly stamps: readonly Readonly<Record<string, number>>[]
  readonly stampOf: Column<number>
}

/** Records as text. */
export function pack(records: readonly StoreRecord[]): string {
  return JSON.stringify(groupsOf(records).map(packGroup))
}

/**
 * The records of a packed text, as this schema knows them.
 * @throws StorageError when it is damaged
 */
export function unpack(schema: CompiledSchema, text: unknown): StoreRecord[] {
  // A name that means something to every object is of nobody's schema; as a value it is followed by no colon.
  if (typeof text !== 'string' || text.includes('"__proto__":')) throw damaged('A stored page')
  const groups = JSON.parse(text) as unknown
  if (!Array.isArray(groups)) throw damaged('A stored page')
  const [first = [], ...others] = groups.map((group: unknown) => unpackGroup(schema, checkedGroup(group)))
  return others.length === 0 ? first : first.concat(...others)
}

/** Consecutive records of the same model and the same fields. */
function groupsOf(records: readonly StoreRecord[]): StoreRecord[][] {
  const groups: StoreRecord[][] = []
  let last: StoreRecord | undefined
  for (const record of records) {
    if (last && last.model === record.model && haveSameFields(last.fields, record.fields)) {
      groups.at(-1)?.push(record)
    } else groups.push([record])
    last = record
  }
  return groups
}

function haveSameFields(a: AnyRow, b: AnyRow): boolean {
  const names = Object.keys(a)
  const others = Object.keys(b)
  return names.length === others.length && names.every((name, at) => name === others[at])
}

function packGroup(records: readonly StoreRecord[]): PackedGroup {
  const [first] = records
  return {
    model: first?.model ?? '',
    ...packColumns(records.map(({ fields }) => fields)),
    versions: shortened(records.map(({ version }) => version)),
    entered: shortened(
      records.map(({ enteredAt = null, version }) => (enteredAt === version ? null : enteredAt)),
    ),
    ...stampsOf(records),
  }
}

/** Equal field versions are one stamp, also where they are several objects: all that is read back is an object less. */
function stampsOf(records: readonly StoreRecord[]): Pick<PackedGroup, 'stamps' | 'stampOf'> {
  const stamps: StoreRecord['fieldVersions'][] = []
  const byText = new Map<string, number>()
  const known = new Map<StoreRecord['fieldVersions'], number>()
  const indexOf = (stamp: StoreRecord['fieldVersions']) => {
    const text = JSON.stringify(stamp)
    const index = byText.get(text) ?? stamps.push(stamp) - 1
    byText.set(text, index)
    known.set(stamp, index)
    return index
  }
  const stampOf = records.map(({ fieldVersions }) => known.get(fieldVersions) ?? indexOf(fieldVersions))
  return { stamps, stampOf: shortened(stampOf) }
}

function unpackGroup(schema: CompiledSchema, group: PackedGroup): StoreRecord[] {
  const model = schema.models[group.model]
  // An older app may have had a model that is no more.
  if (!model) return []
  const { name } = model
  return unpackRows(model, group).map((fields, at) => {
    const version = valueAt(group.versions, at)
    const fieldVersions = group.stamps[valueAt(group.stampOf, at)] as StoreRecord['fieldVersions']
    return { model: name, version, fieldVersions, fields, enteredAt: valueAt(group.entered, at) ?? version }
  })
}
