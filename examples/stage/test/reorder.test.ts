/** Moving records: whatever the numbers were, the order comes out as wanted. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { behind, type Placed, reorder } from '../src/sync/reorder.ts'

test('one number is written where there is room between the new neighbours', () => {
  const list = placed(1, 2, 3, 4)

  expect(reorder(list, 3, 1, false)).toEqual([{ id: '3', place: 1.5 }])
  expect(reorder(list, 0, 3, false)).toEqual([{ id: '0', place: 5 }])
  expect(reorder(list, 2, 0, false)).toEqual([{ id: '2', place: 0 }])
})

test('where there is no room, those that follow move up as far as needed', () => {
  expect(reorder(placed(1, 2, 3, 4, 9), 1, 2, true)).toEqual([
    { id: '1', place: 4 },
    { id: '3', place: 5 },
  ])
})

test.each([true, false])('any move of any list gives the wanted order, of a phase: %s', (isPhase) => {
  const numbers = fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(numbers, fc.nat(11), fc.nat(11), (unsorted, from, to) => {
      const list = placed(...unsorted.sort((a, b) => a - b))
      fc.pre(from < list.length && to < list.length)

      const changes = new Map(reorder(list, from, to, isPhase).map(({ id, place }) => [id, place]))

      const now = list.map(({ id, place }) => ({ id, place: changes.get(id) ?? place })).sort(inOrder)
      const wanted = list.map(({ id }) => id)
      wanted.splice(to, 0, ...wanted.splice(from, 1))
      expect(now.map(({ id }) => id)).toEqual(wanted)
      if (!isPhase) return
      expect([...changes.values()].every(Number.isInteger)).toBe(true)
      expect(now[0]?.place).toBe(list[0]?.place)
    }),
  )
})

test('tasks that are moved inside their phase never change the order of the phases, whatever their numbers are', () => {
  const positions = fc.array(fc.nat(12), { minLength: 1, maxLength: 8 })
  const moves = fc.array(fc.tuple(fc.nat(2), fc.nat(7), fc.nat(7)), { maxLength: 12 })
  fc.assert(
    fc.property(fc.tuple(positions, positions, positions), moves, (lists, steps) => {
      let tasks = lists
        .flatMap((list, phase) => list.map((place, index) => ({ id: `${phase}-${index}`, place, phase })))
        .sort(inOrder)
      const phases = () => [...new Set(tasks.map(({ phase }) => phase))]
      const firsts = lists.map((list) => Math.min(...list))
      fc.pre(new Set(firsts).size === firsts.length)
      const before = phases()

      for (const [phase, from, to] of steps) {
        const changes = reorder(
          tasks.filter((task) => task.phase === phase),
          from,
          to,
          true,
        )
        const places = new Map(changes.map(({ id, place }) => [id, place]))
        tasks = tasks.map((task) => ({ ...task, place: places.get(task.id) ?? task.place })).sort(inOrder)
      }

      expect(phases()).toEqual(before)
    }),
  )
})

test('a new record stands behind all others, also behind those of a clock that is ahead', () => {
  expect(behind(placed(1, 2, 3), 100)).toBe(100)
  expect(behind(placed(1, 2, 300), 100)).toBe(301)
  expect(behind([], 100)).toBe(100)
})

/** Ids rise with the place, so that equal numbers stand in the order that they had. */
function placed(...places: number[]): Placed[] {
  return places.map((place, index) => ({ id: index.toString(36), place }))
}

function inOrder(a: Placed, b: Placed): number {
  return a.place - b.place || (a.id < b.id ? -1 : 1)
}
