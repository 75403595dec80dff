import { expect, test } from 'vitest'
import { Roster } from './roster.ts'

interface One {
  readonly name: string
  seat: number
}

const one = (name: string): One => ({ name, seat: 0 })
const namesOf = (roster: Roster<One>) => [...roster].map(({ name }) => name)

test('everyone is met once, in the order of coming, until they go', () => {
  const roster = new Roster<One>()
  const [a, b, c] = [one('a'), one('b'), one('c')]

  for (const each of [a, b, a, c]) roster.add(each)
  const before = namesOf(roster)
  const went = [roster.delete(b), roster.delete(b)]
  roster.add(b)

  expect(before).toEqual(['a', 'b', 'c'])
  expect(went).toEqual([true, false])
  expect(namesOf(roster)).toEqual(['a', 'c', 'b'])
  expect([roster.size, roster.has(a), roster.has(one('a'))]).toEqual([3, true, false])
})

test('who sits in another roster is not taken for a member, though the seat is the same', () => {
  const [mine, other] = [new Roster<One>(), new Roster<One>()]
  const [a, b] = [one('a'), one('b')]
  mine.add(a)
  other.add(b)

  expect([mine.has(b), mine.delete(b)]).toEqual([false, false])
  expect(namesOf(mine)).toEqual(['a'])
})

test.each(['forEach', 'iterator'] as const)(
  'a walk leaves out who goes, and meets who comes (%s)',
  (kind) => {
    const roster = new Roster<One>()
    const all = Array.from({ length: 100 }, (_, n) => one(String(n)))
    for (const each of all) roster.add(each)
    const late = one('late')
    const met: string[] = []
    const visit = ({ name }: One) => {
      met.push(name)
      if (name !== '10') return
      for (const each of all.slice(0, 90)) roster.delete(each)
      roster.add(late)
    }

    if (kind === 'forEach') roster.forEach(visit)
    else for (const each of roster) visit(each)

    const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => String(from + n))
    expect(met).toEqual([...upTo(0, 11), ...upTo(90, 100), 'late'])
    expect(namesOf(roster)).toEqual([...upTo(90, 100), 'late'])
  },
)

test('it is a set with an order, whatever comes and goes', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  let state = seed
  const next = (below: number) => (state = (state * 48_271) % (2 ** 31 - 1)) % below
  const all = Array.from({ length: 200 }, (_, n) => one(String(n)))
  const [roster, model] = [new Roster<One>(), new Set<One>()]

  for (let step = 0; step < 5_000; step++) {
    const each = all[next(all.length)] as One
    // Now mostly come, now mostly go.
    if (next(10) < (step % 1_000 < 500 ? 8 : 2)) {
      roster.add(each)
      model.add(each)
    } else expect(roster.delete(each), `seed ${seed}`).toBe(model.delete(each))
    if (step % 100 === 0) expect([...roster], `seed ${seed}`).toEqual([...model])
  }

  expect([roster.size, [...roster]], `seed ${seed}`).toEqual([model.size, [...model]])
})
