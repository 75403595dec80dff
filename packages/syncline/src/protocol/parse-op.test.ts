import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { op as opSchema } from './messages/op.ts'
import { parseOp } from './parse-op.ts'
import type { RawOp } from './messages/raw-op.ts'

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '',
    'a\u0000b',
    '\ud800',
    'x'.repeat(256),
    0,
    1,
    -1,
    1.5,
    2 ** 53,
    null,
    {},
    [],
    true,
    undefined,
  ),
)
const name = fc.string({ minLength: 1, maxLength: 12 })
const ordinal = fc.integer({ min: 1, max: 1_000_000 })
const mostly = (sound: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 30, arbitrary: sound }, { weight: 1, arbitrary: anything })

const rawOps = fc
  .record(
    {
      n: ordinal,
      key: mostly(name),
      tx: mostly(ordinal),
      model: mostly(name),
      id: mostly(name),
      action: mostly(fc.constantFrom('create', 'update', 'delete', 'call')),
      fields: mostly(fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })),
      name: mostly(name),
      args: fc.jsonValue({ maxDepth: 1 }),
      base: mostly(fc.nat()),
      unlessChanged: mostly(fc.boolean()),
      schema: mostly(ordinal),
      at: mostly(fc.constant('2026-02-12T10:00:00.000Z')),
    },
    { requiredKeys: ['n', 'model', 'id', 'action'] },
  )
  .chain((raw) => fc.constantFrom<object>(raw, raw, raw, raw, { ...raw, extra: 1 }, { ...raw, __proto: 1 }))
  .map((raw) => raw as RawOp)

test('parseOp accepts nothing that the schema of an op refuses, and changes nothing that it accepts', () => {
  let accepted = 0
  fc.assert(
    fc.property(rawOps, (raw) => {
      const bySchema = v.safeParse(opSchema, raw)

      const parsed = parseOp(raw)

      if (parsed.fault === undefined) {
        accepted++
        expect(bySchema.success).toBe(true)
        expect(parsed).toEqual(bySchema.output)
      } else if (bySchema.success) expect(parsed.fault.message).toMatch(/^Op \d+ is a /)
    }),
    { numRuns: 5_000 },
  )
  expect(accepted).toBeGreaterThan(40)
})
