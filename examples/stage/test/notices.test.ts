/** How long notices stay. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Notices } from '../src/sync/notices.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const textsOf = ({ current }: Notices) => current.map(({ text }) => text)

test('a notice that has a time disappears after it, others stay', () => {
  const notices = new Notices()
  notices.add({ text: 'refused' })
  notices.add({ text: 'deleted', lastsMs: 10_000 })

  vi.advanceTimersByTime(9_999)
  const before = textsOf(notices)
  vi.advanceTimersByTime(1)

  expect([before, textsOf(notices)]).toEqual([['refused', 'deleted'], ['refused']])
})

test('while somebody is on the notices none disappears; afterwards each has its whole time', () => {
  const notices = new Notices()
  notices.add({ text: 'before', lastsMs: 10_000 })

  vi.advanceTimersByTime(9_000)
  notices.hold('pointer')
  notices.add({ text: 'meanwhile', lastsMs: 10_000 })
  vi.advanceTimersByTime(60_000)
  const held = textsOf(notices)
  notices.release('pointer')
  vi.advanceTimersByTime(9_999)
  const later = textsOf(notices)
  vi.advanceTimersByTime(1)

  expect([held, later, textsOf(notices)]).toEqual([['before', 'meanwhile'], ['before', 'meanwhile'], []])
})

test('a notice that pointer and focus are on stays until both have left it', () => {
  const notices = new Notices()
  notices.add({ text: 'deleted', lastsMs: 10_000 })
  notices.hold('pointer')
  notices.hold('focus')

  notices.release('pointer')
  vi.advanceTimersByTime(60_000)
  const focused = textsOf(notices)
  notices.release('focus')
  vi.advanceTimersByTime(9_999)
  const later = textsOf(notices)
  vi.advanceTimersByTime(1)

  expect([focused, later, textsOf(notices)]).toEqual([['deleted'], ['deleted'], []])
})

test('who lets go without having held gives no notice more time', () => {
  const notices = new Notices()
  notices.add({ text: 'deleted', lastsMs: 10_000 })

  vi.advanceTimersByTime(9_000)
  notices.release('focus')
  vi.advanceTimersByTime(1_000)

  expect(textsOf(notices)).toEqual([])
})

test('nobody is on notices that are gone: the next one disappears as ever', () => {
  const notices = new Notices()
  const withdraw = notices.add({ text: 'taken back', lastsMs: 10_000 })
  notices.hold('pointer')
  withdraw()

  notices.add({ text: 'next', lastsMs: 10_000 })
  vi.advanceTimersByTime(10_000)

  expect(textsOf(notices)).toEqual([])
})
