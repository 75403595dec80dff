import { expect, test } from 'vitest'
import type { Cursor } from '../../postgres/log/cursor.ts'
import { Frame } from '../frames/frame.ts'
import { KeptLoads } from './kept-loads.ts'
import { LoadQueue } from './load-queue.ts'
import { RoomPlace, type RoomPlaceOptions } from './room-place.ts'

const NAME = 'Production:1'
const cursorAt = (snapshot: string): Cursor => ({ history: 'h', snapshot, schema: 's' })
const loadAt = (snapshot: string) => ({
  frames: [new Frame(snapshot.padEnd(200_000))],
  cursor: cursorAt(snapshot),
})

/** A room whose database is a promise: what a cursor has not seen is known when the test says so. */
function stage() {
  const kept = new KeptLoads(10_000_000)
  const questions: ((rows: readonly unknown[]) => void)[] = []
  const reads: string[] = []
  let spared = 0
  const options = {
    channel: NAME,
    key: { name: NAME, guardModel: null, guardId: null },
    loads: new LoadQueue(),
    questions: new LoadQueue(),
    kept,
    readAgain: () => Promise.resolve(),
    catchUp: () =>
      new Promise((resolve) => {
        questions.push((rows) => resolve({ cursor: cursorAt('2:2:'), rows }))
      }),
    read: async (follower: { begin(cursor: Cursor): void }) => {
      reads.push(NAME)
      await Promise.resolve()
      follower.begin(cursorAt('3:3:'))
      return new Promise(() => {})
    },
    seal: ({ snapshot }: Cursor) => snapshot,
    onSpared: () => void spared++,
  }
  const place = new RoomPlace(options as unknown as RoomPlaceOptions)
  return { place, kept, questions, reads, spared: () => spared }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

test('W4: all who open a room at the same time ask once whether what is kept of it still holds', async () => {
  const { place, kept, questions, reads } = stage()
  const load = loadAt('1:1:')
  kept.keep(NAME, load)

  const loads = Array.from({ length: 20 }, () => place.load())
  await turn()
  for (const answer of questions) answer([])

  expect(new Set((await Promise.all(loads)).map(({ frames }) => frames))).toEqual(new Set([load.frames]))
  expect(questions).toHaveLength(1)
  expect(reads).toEqual([])
})

test('L2: whoever comes while it is asked is answered by a question of their own, which sees what was written meanwhile', async () => {
  const { place, kept, questions, reads } = stage()
  kept.keep(NAME, loadAt('1:1:'))
  const first = place.load()
  await turn()
  const second = place.load()
  await turn()
  questions[0]?.([])
  await first
  await turn()
  questions[1]?.([{ id: 'written meanwhile' }])

  expect((await second).snapshot).toBe('3:3:')
  expect(reads).toHaveLength(1)
})

test('a load that no longer holds takes no newer one with it', async () => {
  const { place, kept, questions } = stage()
  const newer = loadAt('3:3:')
  kept.keep(NAME, loadAt('1:1:'))
  const opened = place.load()
  await turn()
  kept.keep(NAME, newer)
  questions[0]?.([{ id: 'changed since the older one' }])
  await opened

  expect(kept.find(NAME)).toBe(newer)
})
