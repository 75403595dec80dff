import { expect, test } from 'vitest'
import type { ShapeField } from './shape.ts'
import { columnValues } from './set-columns.ts'
import type { GroupOp } from './runs.ts'

const field = (name: string, kind: string) => ({ field: { name, kind }, form: 'plain' }) as ShapeField
const shape = { fields: [field('name', 'text'), field('zoom', 'integer'), field('details', 'json')] }

function groupOp(
  place: number,
  fields: Record<string, unknown>,
  options: object = {},
  base?: number,
): GroupOp {
  const op = { id: `record ${place}`, n: place + 7, base }
  return {
    prepared: { op, shape, fields, ruleValues: [place === 0 ? null : '{"a b"}'] },
    author: { userId: 'ana', ...(place === 0 ? {} : { device: 'a "quoted" \\ one' }) },
    options: { place, ...options },
  } as unknown as GroupOp
}

test('each column is an array as PostgreSQL reads it, and one that says nothing is null', () => {
  const values = columnValues([
    groupOp(0, { name: 'null', zoom: 3, details: { a: '"' } }),
    groupOp(1, { name: null, zoom: null, details: null }, {}, 5),
    groupOp(2, { name: '{,} "x" \\ \n', zoom: -1, details: 'x' }),
  ])

  expect(values).toEqual([
    '{0,1,2}',
    '{"record 0","record 1","record 2"}',
    '{null,5,null}',
    '{null,"a \\"quoted\\" \\\\ one","a \\"quoted\\" \\\\ one"}',
    '{7,8,9}',
    '{"ana","ana","ana"}',
    null,
    '{null,"{\\"a b\\"}","{\\"a b\\"}"}',
    '{"null",null,"{,} \\"x\\" \\\\ \n"}',
    '{"3","null","-1"}',
    '{"{\\"a\\":\\"\\\\\\"\\"}","null","\\"x\\""}',
  ])
})

test('an answer is wanted of those that say so', () => {
  const values = columnValues([
    groupOp(0, { name: '', zoom: 0, details: 0 }, { isAnswered: true }),
    groupOp(1, { name: '', zoom: 0, details: 0 }),
  ])

  expect(values[6]).toBe('{true,null}')
})
