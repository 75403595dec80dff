import { expect, test } from 'vitest'
import { tableOf, withResults } from './report.ts'
import { judge, type Goal, type ScenarioResult } from './rounds.ts'

const setting = {
  date: '2026-11-25T10:00:00.000Z',
  node: '20.20.2',
  postgres: 15,
  cores: 2,
  processor: 'a processor',
  memoryGb: 8,
  system: 'linux x64',
}

function resultWith(goal: Pick<Goal, 'bound' | 'final'>): ScenarioResult {
  const rounds = [1, 2, 3].map(() => ({ syncline: { rate: 5_000 }, reference: { rate: 10_000 } }))
  const whole = {
    id: 'G6',
    figure: 'rate',
    of: 'syncline',
    to: 'reference',
    kind: 'atLeast',
    ...goal,
  } as const
  return {
    name: 'G6',
    rounds: 3,
    thrownAway: 1,
    figures: { syncline: { rate: 5_000 }, reference: { rate: 10_000 } },
    goals: [judge(whole, rounds)],
  }
}

test('a line of the table tells the ratio, what it was made of, and both goals', () => {
  const table = tableOf([resultWith({ bound: 0.4, final: 0.6 })], setting)

  expect(table.split('\n').at(-1)).toBe(
    '| G6 | syncline to reference, rate 5,000 : 10,000 | 0.50 (0.50 – 0.50) | 0.50 | ≥ 0.4 reached | ≥ 0.6 **not reached** | 3 (1) |',
  )
})

test('a ratio without a goal is only reported', () => {
  const table = tableOf([resultWith({ bound: null, final: null })], setting)

  expect(table.split('\n').at(-1)).toContain('| – | – |')
})

test('a run on a machine that was busy otherwise says so', () => {
  const result = resultWith({ bound: 0.4, final: 0.6 })

  expect(tableOf([{ ...result, thrownAway: 3 }], setting)).toContain('did not hold still')
  expect(tableOf([{ ...result, thrownAway: 1 }], setting)).not.toContain('did not hold still')
})

test('the table replaces what stands between the markers, and nothing else', () => {
  const readme = 'before\n<!-- results begin -->\nold\n<!-- results end -->\nafter\n'

  expect(withResults(readme, 'new')).toBe(
    'before\n<!-- results begin -->\nnew\n<!-- results end -->\nafter\n',
  )
  expect(() => withResults('no markers', 'new')).toThrow('no place for the results')
})
