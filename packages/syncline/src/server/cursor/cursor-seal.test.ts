import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CursorContent, decodeCursor, encodeCursor, USUAL_BYTES } from './cursor-bytes.ts'
import { createCursorSeal } from './cursor-seal.ts'

const content = (snapshot: string, views = new Map<string, string>()): CursorContent => ({
  history: '0190a1b2c3d47e5f8a9b0c1d2e3f4a5b',
  schema: '00ff00ff00ff00ff',
  snapshot,
  views,
})

const snapshots = fc
  .record({
    xmax: fc.integer({ min: 800, max: 2 ** 45 }),
    open: fc.uniqueArray(fc.integer({ min: 1, max: 700 }), { maxLength: 80 }),
  })
  .map(({ xmax, open }) => {
    const xip = open.map((distance) => xmax - distance).sort((a, b) => a - b)
    return `${xip[0] ?? xmax}:${xmax}:${xip.join(',')}`
  })

test('a sealed cursor opens as what was sealed', () => {
  const seal = createCursorSeal(['secret'])

  fc.assert(
    fc.property(snapshots, (snapshot) => {
      expect(seal.open(seal.seal(content(snapshot)))).toEqual(content(snapshot))
    }),
  )
})

test('digests of views travel with the cursor', () => {
  const seal = createCursorSeal(['secret'])
  const views = new Map([['0011223344556677', '8899aabbccddeeff']])

  expect(seal.open(seal.seal(content('5:9:5,7', views)))?.views).toEqual(views)
})

test('A3: the length of a cursor says nothing about open transactions, and no two are alike', () => {
  const seal = createCursorSeal(['secret'])
  const open = Array.from({ length: 40 }, (_, index) => 1_000 + index)

  const quiet = seal.seal(content('2000:2000:'))
  const busy = seal.seal(content(`1000:99999999999:${open.join(',')}`))

  expect(busy.length).toBe(quiet.length)
  expect(seal.seal(content('2000:2000:'))).not.toBe(quiet)
})

test('L4: a forged, foreign or damaged cursor opens as null', () => {
  const seal = createCursorSeal(['secret'])
  const good = seal.seal(content('5:9:5,7'))
  const damaged = good.slice(0, 40) + (good[40] === 'A' ? 'B' : 'A') + good.slice(41)

  for (const cursor of [
    '',
    'x',
    'null',
    damaged,
    good.slice(0, -4),
    createCursorSeal(['other']).seal(content('5:9:5,7')),
    'A'.repeat(100_000),
  ]) {
    expect(seal.open(cursor)).toBeNull()
  }
})

test('a rotated secret still opens what it sealed', () => {
  const old = createCursorSeal(['old'])
  const rotated = createCursorSeal(['new', 'old'])

  expect(rotated.open(old.seal(content('9:9:')))).toEqual(content('9:9:'))
  expect(old.open(rotated.seal(content('9:9:')))).toBeNull()
})

test('L4: a cursor of the former format opens as none', () => {
  const bytes = Buffer.from(encodeCursor(content('5:9:5,7')))
  expect(decodeCursor(bytes)).toEqual(content('5:9:5,7'))

  bytes[0] = 1

  expect(decodeCursor(bytes)).toBeNull()
})

test('A1: nothing of a longer cursor is left in the next one', () => {
  const open = Array.from({ length: 60 }, (_, index) => 1_000 + index)
  const before = Buffer.from(encodeCursor(content('5:9:')))

  encodeCursor(content(`1000:2000:${open.join(',')}`, new Map([['00112233aabbccdd', 'ffffffffffffffff']])))

  expect(Buffer.from(encodeCursor(content('5:9:')))).toEqual(before)
  expect(before).toHaveLength(USUAL_BYTES)
})
