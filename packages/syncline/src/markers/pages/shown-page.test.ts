import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type InertiaPageLike, placeIn, repeats, takeAnswer } from './shown-page.ts'

const at = (position: number) => `${position.toString(36)}~sealed`
const page = (position: number, props: Record<string, unknown>, more = {}): InertiaPageLike => ({
  component: 'accounts',
  url: '/accounts',
  props: { ...props, sync: { cursor: at(position), debounceMs: 300 } },
  ...more,
})
const only = (...props: string[]) => ({ only: props, except: [] })
const WHOLE = only()

test('R2: an answer that was read before what is shown keeps what is shown, prop by prop', () => {
  const shown = page(10, { a: 'a10', b: 'b10' })
  const partial = page(20, { a: 'a20', b: 'b10' })
  takeAnswer(shown, partial, only('a'), false)
  const late = page(15, { a: 'a15', b: 'b15' })

  const kept = takeAnswer(partial, late, WHOLE, false)

  expect(kept).toEqual(['a'])
  expect(late.props).toMatchObject({ a: 'a20', b: 'b15' })
  expect(['a', 'b'].map((prop) => placeIn(late, prop)?.position)).toEqual([20, 15])
})

test('R1: a page of the history still knows where each of its props was read', () => {
  const shown = page(10, { a: 1, b: 1 })
  const answer = page(20, { a: 2, b: 1 })

  takeAnswer(shown, answer, only('a'), false)
  const restored = JSON.parse(JSON.stringify(answer)) as InertiaPageLike

  expect(['a', 'b', '*'].map((prop) => placeIn(restored, prop)?.position)).toEqual([20, 10, 10])
})

test('a part of a prop that is reloaded has a place of its own', () => {
  const answer = page(20, { a: { x: 2, y: 1 } })

  takeAnswer(page(10, { a: { x: 1, y: 1 } }), answer, only('a.x'), false)

  expect(['a.x', 'a', 'a.y'].map((prop) => placeIn(answer, prop)?.position)).toEqual([20, 10, 10])
})

test('R2: a request that began after the page was shown is newer, whatever the clock of the database says', () => {
  const answer = page(5, { a: 'new' })

  expect(takeAnswer(page(10, { a: 'old' }), answer, only('a'), true)).toEqual([])
  expect(answer.props['a']).toBe('new')
  expect(placeIn(answer, 'a')?.position).toBe(5)
})

test('an answer for another address or component is taken as it is', () => {
  const shown = page(10, { a: 'one' })
  const other = [
    page(5, { a: 'two' }, { url: '/accounts?page=2' }),
    page(5, { a: 'two' }, { component: 'x' }),
  ]

  expect(other.map((answer) => takeAnswer(shown, answer, WHOLE, false))).toEqual([[], []])
  expect(other.map(({ props }) => props['a'])).toEqual(['two', 'two'])
})

test('errors are never kept, and a list that grows is not compared', () => {
  const shown = page(10, { errors: { name: 'old' }, feed: [1, 2] })
  const answer = page(5, { errors: {}, feed: [1, 2, 3] }, { mergeProps: ['feed'] })

  expect(takeAnswer(shown, answer, WHOLE, false)).toEqual([])
  expect(answer.props).toMatchObject({ errors: {}, feed: [1, 2, 3] })
  expect([repeats(answer, 'feed'), repeats({ ...answer, matchPropsOn: ['feed.id'] }, 'feed')]).toEqual([
    true,
    false,
  ])
})

test('of several requests under way only what differs counts as answered', () => {
  const answer = page(20, { a: 'new', b: 'same' })

  takeAnswer(page(10, { a: 'old', b: 'same' }), answer, undefined, false)

  expect(['a', 'b'].map((prop) => placeIn(answer, prop)?.position)).toEqual([20, 10])
})

test('R2: in whatever order answers arrive, the latest read of each prop is shown', () => {
  const answers = fc.array(
    fc.record({
      read: fc.integer({ min: 1, max: 99 }),
      props: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
    }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(answers, (arriving) => {
      let shown = page(0, { a: 0, b: 0, c: 0 })
      const latest: Record<string, number> = { a: 0, b: 0, c: 0 }
      for (const { read, props } of arriving) {
        const values = Object.fromEntries(props.map((prop) => [prop, read]))
        const answer = page(read, { ...shown.props, ...values })
        takeAnswer(shown, answer, only(...props), false)
        for (const prop of props) latest[prop] = Math.max(latest[prop] ?? 0, read)
        shown = answer
      }
      expect(shown.props).toMatchObject(latest)
      for (const prop of ['a', 'b', 'c']) expect(placeIn(shown, prop)?.position).toBe(latest[prop])
    }),
  )
})
