import { expect, test } from 'vitest'
import { TextTable } from './text-table.ts'

interface Named {
  readonly name: string
  readonly n: number
}

test('what was stored last under a text is found by it, until it is deleted', () => {
  const table = new TextTable<Named>(({ name }) => name)
  const [first, second] = [
    { name: 'a', n: 1 },
    { name: 'a', n: 2 },
  ]

  table.set(first)
  table.set(second)
  const found = table.get('a')
  table.delete('a')
  table.delete('b')

  expect(found).toBe(second)
  expect([table.get('a'), table.get('b'), table.size]).toEqual([undefined, undefined, 0])
})

test('it is a map, however many come and go', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  let state = seed
  const next = (below: number) => (state = (state * 48_271) % (2 ** 31 - 1)) % below
  const table = new TextTable<Named>(({ name }) => name)
  const model = new Map<string, Named>()

  for (let n = 0; n < 20_000; n++) {
    const name = `device-${next(1_000)}`
    // Now mostly come, now mostly go.
    if (next(10) < (n % 4_000 < 2_000 ? 9 : 1)) {
      table.set({ name, n })
      model.set(name, { name, n })
    } else {
      table.delete(name)
      model.delete(name)
    }
    if (n % 500 > 0) continue
    expect(table.size, `seed ${seed}`).toBe(model.size)
    for (let each = 0; each < 1_000; each++)
      expect(table.get(`device-${each}`), `seed ${seed}`).toEqual(model.get(`device-${each}`))
  }
})
