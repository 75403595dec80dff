import { expect, test } from 'vitest'
import { judge, runRounds } from './rounds.ts'

const round = (syncline: number, reference: number) => ({
  syncline: { rate: syncline },
  reference: { rate: reference },
})

test('a goal passes by its worst quartile, not by its median', () => {
  const rounds = [round(50, 100), round(50, 100), round(20, 100), round(20, 100), round(60, 100)]

  const result = judge(
    { id: 'G6', figure: 'rate', of: 'syncline', to: 'reference', kind: 'atLeast', bound: 0.4, final: 0.6 },
    rounds,
  )

  expect(result.median).toBe(0.5)
  expect(result.worstQuartile).toBe(0.2)
  expect(result.passed).toBe(false)
})

test('a contestant that did not report a figure does not pass', () => {
  const result = judge(
    { id: 'G1', figure: 'p50', of: 'syncline', to: 'reference', kind: 'atMost', bound: 2, final: 1.5 },
    [{ reference: { p50: 1 } }],
  )

  expect(result.passed).toBe(false)
})

test('a round in which the generator had no time to spare does not count', () => {
  const busy = { syncline: { rate: 900, generatorCpu: 0.95 }, reference: { rate: 100, generatorCpu: 0.3 } }

  const result = judge(
    { id: 'G3', figure: 'rate', of: 'syncline', to: 'reference', kind: 'atLeast', bound: 5, final: 8 },
    [round(10, 100), busy, round(10, 100), round(10, 100)],
  )

  expect(result.counted).toBe(3)
  expect(result.maximum).toBe(0.1)
})

test('a goal does not pass when too few rounds count', () => {
  const busy = { syncline: { rate: 900, generatorCpu: 0.95 }, reference: { rate: 100 } }

  const result = judge(
    { id: 'G3', figure: 'rate', of: 'syncline', to: 'reference', kind: 'atLeast', bound: 5, final: 8 },
    [round(900, 100), round(900, 100), busy, busy],
  )

  expect(result.worstQuartile).toBe(9)
  expect(result.passed).toBe(false)
})

test('a round that warms up does not count', async () => {
  let runs = 0
  const contestant = { name: 'one', run: async () => ({ rate: ++runs <= 4 ? 1 : 100 }) }

  const result = await runRounds({
    name: 'G3',
    contestants: [contestant],
    goals: [],
    rounds: 1,
    warmUps: 2,
    canary: [],
  })

  expect(runs).toBe(6)
  expect(result.figures['one']?.['rate']).toBe(100)
})
