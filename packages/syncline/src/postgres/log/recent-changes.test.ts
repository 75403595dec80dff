import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch, LogRow } from '../log-row.ts'
import { RecentChanges } from './recent-changes.ts'

const row = (xid: number, room: string | null, fields = '{}') =>
  ({ xid: String(xid), room, fields }) as LogRow
const batch = (from: number, to: number, ...rows: LogRow[]): Batch => ({
  from: `${from}:${from}:`,
  to: `${to}:${to}:`,
  rows,
  overflowing: new Set(),
})

function recent(options: { keptMs?: number; capacity?: number } = {}) {
  const clock = { nowMs: 0 }
  const ring = new RecentChanges('10:10:', {
    keptMs: 60_000,
    capacity: 1_000_000,
    nowMs: () => clock.nowMs,
    ...options,
  })
  return { ring, clock }
}

const xids = (rows: readonly LogRow[] | null) => rows?.map(({ xid }) => Number(xid)) ?? null

test('L2: a cursor gets what it has not seen of its rooms, once and in order', () => {
  const { ring } = recent()
  ring.add(batch(10, 20, row(12, 'a'), row(15, 'b'), row(11, 'a')))
  ring.add(batch(20, 30, row(25, 'a'), row(26, null)))

  expect(xids(ring.since('10:10:', ['a']))).toEqual([12, 11, 25])
  expect(xids(ring.since('11:13:11', ['a', 'b']))).toEqual([11, 15, 25])
  expect(xids(ring.since('20:20:', ['a']))).toEqual([25])
  expect(xids(ring.since('30:30:', ['a', 'b']))).toEqual([])
})

test('L4: a cursor from before the beginning is not served', () => {
  const { ring } = recent()

  expect(ring.since('9:9:', ['a'])).toBeNull()
  expect(ring.since('9:12:9', ['a'])).toBeNull()
})

test('what is older than a minute is forgotten, and cursors that need it are not served', () => {
  const { ring, clock } = recent()
  ring.add(batch(10, 20, row(12, 'a')))
  clock.nowMs = 60_000
  ring.add(batch(20, 30, row(22, 'a')))

  expect(ring.since('10:10:', ['a'])).toBeNull()
  expect(xids(ring.since('20:20:', ['a']))).toEqual([22])
})

test('its size is bounded', () => {
  const { ring } = recent({ capacity: 10_000 })

  for (let at = 10; at < 200; at++) ring.add(batch(at, at + 1, row(at, 'a', 'x'.repeat(1_000))))

  expect(ring.since('150:150:', ['a'])).toBeNull()
  expect(xids(ring.since('195:195:', ['a']))).toEqual([195, 196, 197, 198, 199])
})

test('a room that overflowed is loaded again; its neighbours are served', () => {
  const { ring } = recent()
  ring.add({ ...batch(10, 20, row(12, 'b')), overflowing: new Set(['a']) })

  expect(ring.since('10:10:', ['a'])).toBeNull()
  expect(xids(ring.since('10:10:', ['b']))).toEqual([12])
  expect(ring.since('20:20:', ['a'])).toEqual([])
})

test('L2: a cursor gets what a list of all changes would give it, and is refused only for what was forgotten', () => {
  const step = fc.record({ rows: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }), ms: fc.nat(900) })
  const [keptMs, capacity] = [5_000, 10_000]
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(200), (steps, seen) => {
      const { ring, clock } = recent({ keptMs, capacity })
      let held: { to: number; atMs: number; rows: LogRow[] }[] = []
      let [begin, at] = [10, 10]
      for (const { rows, ms } of steps) {
        const added = rows.map((room, index) => row(at + index, room))
        ring.add(batch(at, at + added.length, ...added))
        at += added.length
        held.push({ to: at, atMs: clock.nowMs, rows: added })
        const fits = ({ atMs }: { atMs: number }, index: number) =>
          clock.nowMs - atMs < keptMs &&
          held.slice(index).flatMap(({ rows }) => rows).length * 302 <= capacity
        const first = held.findIndex(fits)
        begin = held[first - 1]?.to ?? begin
        held = held.slice(first)
        clock.nowMs += ms
      }

      const cursor = Math.min(10 + seen, at)
      const missed = held
        .flatMap(({ rows }) => rows)
        .filter(({ xid, room }) => Number(xid) >= cursor && room === 'a')
      expect(xids(ring.since(`${cursor}:${cursor}:`, ['a']))).toEqual(cursor < begin ? null : xids(missed))
    }),
    { numRuns: 300 },
  )
})
