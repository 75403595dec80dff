/**
 * The identity of what a schema puts into a device's cache, in 16 hex digits.
 *
 * It is part of every cursor: a device with another hash loads its rooms again. Whatever changes a stored row
 * counts: models, tables, ids, the fields with their columns, kinds and values, rooms, sharing. What only
 * governs writing (defaults, policies, validators) and the order of declaration do not count.
 */
import type { Field, Model } from './model.ts'

export function schemaHash(models: Readonly<Record<string, Model>>): string {
  return hash64(JSON.stringify(Object.values(models).sort(byName).map(essence)))
}

function essence(model: Model): unknown {
  const rooms = model.rooms.map(({ root, path, column }) => [root, path, column]).sort()
  const fields = Object.values(model.fields).sort(byName).map(fieldEssence)
  return [
    model.name,
    model.table,
    model.idType,
    model.idColumn,
    model.ids,
    model.shared,
    model.isRoot,
    rooms,
    fields,
  ]
}

function fieldEssence(field: Field): unknown {
  return [
    field.name,
    field.column,
    field.kind,
    field.array,
    field.nullable,
    field.values ?? null,
    field.references ?? null,
  ]
}

const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0

/**
 * Two 32-bit lanes, each a multiply-and-xor over UTF-16 units with MurmurHash3's finaliser (the construction known
 * as cyrb53): synchronous and the same everywhere. Tells schemas apart; resists nobody who forges one.
 */
function hash64(text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return hex32(high) + hex32(low)
}

const hex32 = (number: number) => (number >>> 0).toString(16).padStart(8, '0')
