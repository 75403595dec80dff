import { expect, test } from 'vitest'
import { RecheckRounds } from './recheck-rounds.ts'

/** Rooms that say when they were checked, by the number of the call. */
function checkedRooms(count: number) {
  const rounds = new RecheckRounds()
  const checks: number[] = []
  const rooms = Array.from({ length: count }, () => ({
    members: { size: 1 },
    checkSoon: () => void checks.push(call),
  }))
  let call = 0
  const begins: number[] = []
  const run = (calls: number, length: number) => {
    for (; call < calls; call++) if (rounds.next(rooms, length)) begins.push(call)
    return { checks, begins }
  }
  return run
}

test('every room is checked within so many calls, and no call takes all', () => {
  const { checks } = checkedRooms(30)(10, 10)

  expect(checks).toHaveLength(30)
  expect(checks.filter((call) => call === 0)).toHaveLength(3)
})

test('what is done once in so many calls is not done more often where there are few rooms, or none', () => {
  for (const count of [0, 1, 25]) expect(checkedRooms(count)(30, 10).begins).toEqual([0, 10, 20])
})
