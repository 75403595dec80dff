import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FieldChange, merge, type VersionedRecord } from './merge.ts'

const FIELDS = ['name', 'note', 'zoom', 'constructor']
const record: VersionedRecord = {
  version: 1,
  fields: { name: 'A', note: null, zoom: 0, constructor: 'c' },
  fieldVersions: {},
}

// A history as a server numbers it: change k makes version k + 1, and each has its own values.
const histories = fc.array(fc.subarray(FIELDS, { minLength: 1 }), { maxLength: 12 }).map((changes) =>
  changes.map((fields, index): FieldChange => {
    const version = index + 2
    return { version, fields: Object.fromEntries(fields.map((field) => [field, `${field}@${version}`])) }
  }),
)

const historiesInTwoOrders = histories.chain((changes) =>
  fc.tuple(
    fc.constant(changes),
    fc.shuffledSubarray(changes, { minLength: changes.length, maxLength: changes.length }),
  ),
)

const applyAll = (changes: readonly FieldChange[]) => changes.reduce(merge, record)

describe('merge', () => {
  test('a newer change wins its fields and leaves the others', () => {
    const change = { version: 6, fields: { name: 'B' } }

    const merged = merge({ version: 5, fields: { name: 'A', note: 'n' }, fieldVersions: { note: 5 } }, change)

    expect(merged).toEqual({
      version: 6,
      fields: { name: 'B', note: 'n' },
      fieldVersions: { note: 5, name: 6 },
    })
  })

  test('a whole row wins only where its own field versions are higher', () => {
    const newer: VersionedRecord = {
      version: 7,
      fields: { name: 'new', note: 'old' },
      fieldVersions: { name: 7, note: 2 },
    }
    const row = { version: 6, fields: { name: 'B', note: 'B' }, fieldVersions: { name: 3, note: 6 } }

    const merged = merge(newer, row)

    expect(merged).toEqual({
      version: 7,
      fields: { name: 'new', note: 'B' },
      fieldVersions: { name: 7, note: 6 },
    })
  })

  test('M1: any order of the same changes gives the same record', () => {
    fc.assert(
      fc.property(historiesInTwoOrders, ([inOrder, shuffled]) => {
        expect(applyAll(shuffled)).toEqual(applyAll(inOrder))
      }),
      { numRuns: 500 },
    )
  })

  test('M2: a change applied again changes nothing', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (changes, pick) => {
        const merged = applyAll(changes)
        const again =
          changes.length === 0 ? merged : merge(merged, changes[pick % changes.length] as FieldChange)

        expect(again).toBe(merged)
      }),
      { numRuns: 500 },
    )
  })

  test('M3: a change touches only the fields it names', () => {
    fc.assert(
      fc.property(
        histories,
        fc.subarray(FIELDS),
        fc.integer({ min: 1, max: 20 }),
        (changes, named, version) => {
          const before = applyAll(changes)
          const change = { version, fields: Object.fromEntries(named.map((field) => [field, 'changed'])) }

          const after = merge(before, change)

          for (const field of FIELDS.filter((other) => !named.includes(other))) {
            expect(after.fields[field]).toBe(before.fields[field])
            expect(after.fieldVersions[field]).toBe(before.fieldVersions[field])
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('M4: a change that wins no field returns the same record object', () => {
    fc.assert(
      fc.property(
        histories,
        fc.subarray(FIELDS),
        fc.integer({ min: 0, max: 20 }),
        (changes, named, version) => {
          const before = applyAll(changes)
          const loses = named.every(
            (field) =>
              version <=
              (Object.hasOwn(before.fieldVersions, field) ? (before.fieldVersions[field] as number) : 1),
          )

          const after = merge(before, {
            version,
            fields: Object.fromEntries(named.map((field) => [field, 'late'])),
          })

          expect(after === before).toBe(loses)
        },
      ),
      { numRuns: 500 },
    )
  })
})
