import { expect, test } from 'vitest'
import { Piece } from './piece.ts'

const [a, b, c] = ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

test('frames are joined in the order in which they came', () => {
  const piece = new Piece(a).followedBy(b).followedBy(c)

  expect(piece.joined().toString()).toBe('abbccc')
  expect(piece.bytes).toBe(6)
  expect(piece.frames()).toEqual([a, b, c])
})

test('whoever gets the same frames has the same piece, joined once', () => {
  const first = new Piece(a)

  expect(first.followedBy(b)).toBe(first.followedBy(b))
  expect(first.followedBy(b).joined()).toBe(first.followedBy(b).joined())
  expect(first.joined()).toBe(a)
})

test('A1: another frame at the same place is another piece, and that of nobody else', () => {
  const first = new Piece(a)
  const shared = first.followedBy(b)
  const own = first.followedBy(c)

  expect(own.joined().toString()).toBe('accc')
  expect(shared.joined().toString()).toBe('abb')
  expect(first.followedBy(b).followedBy(c).joined().toString()).toBe('abbccc')
})
