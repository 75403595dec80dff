import { expect, test } from 'vitest'
import { judge } from './rounds.ts'

const round = (syncline: number, reference: number) => ({
  syncline: { rate: syncline },
  reference: { rate: reference },
})

test('a goal passes by its worst quartile, not by its median', () => {
  const rounds = [round(50, 100), round(50, 100), round(20, 100), round(20, 100), round(60, 100)]

  const result = judge(
    { id: 'G6', figure: 'rate', of: 'syncline', to: 'reference', kind: 'atLeast', bound: 0.4 },
    rounds,
  )

  expect(result.median).toBe(0.5)
  expect(result.worstQuartile).toBe(0.2)
  expect(result.passed).toBe(false)
})

test('a contestant that did not report a figure does not pass', () => {
  const result = judge(
    { id: 'G1', figure: 'p50', of: 'syncline', to: 'reference', kind: 'atMost', bound: 2 },
    [{ reference: { p50: 1 } }],
  )

  expect(result.passed).toBe(false)
})
