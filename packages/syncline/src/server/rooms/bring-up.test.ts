import { expect, test } from 'vitest'
import type { LogRow } from '../../postgres/log-row.ts'
import type { Frame } from '../frames/frame.ts'
import type { Outlet } from '../outlet.ts'
import { bringUp } from './bring-up.ts'
import { Member } from './member.ts'
import type { Place } from './place.ts'

const PARTS = 6
const SNAPSHOT = '9:9:'

/** A member that has missed changes, each as large as a part of a catch-up, and what happened while it is brought up. */
function returning(position?: string) {
  const written: number[] = []
  const sent: Record<string, unknown>[] = []
  const seen: { written: number; turns: number }[] = []
  let turns = 0
  let asked = 0
  const turn = () => {
    turns++
    if (sent.length < PARTS) setImmediate(turn)
  }
  const outlet: Outlet = {
    send(frame: Frame) {
      sent.push(JSON.parse(frame.text))
      seen.push({ written: written.length, turns })
    },
    waitingBytes: 0,
    drained: async () => {},
    close() {},
  }
  const place = {
    channel: 'R:1',
    room: { guard: 0 },
    position,
    async mayRead() {
      asked++
      return true
    },
    catchUp: async () => ({ rows: missed(written), snapshot: SNAPSHOT, cursor: 'C' }),
  } as unknown as Place
  const member = new (class extends Member {
    readonly user = { id: 'ana' }
    readonly outlet = outlet
    protected onReload() {}
    protected onGone() {}
    protected onFailed() {}
  })()
  const begin = () => {
    setImmediate(turn)
    const cursor = { snapshot: '1:1:', history: 'h', schema: 's', views: new Map() }
    return bringUp(place, member, { from: 'cursor', cursor }, null, () => {})
  }
  return { member, place, sent, seen, begin, asked: () => asked }
}

/** Changes that note when they are written. */
function missed(written: number[]): readonly LogRow[] {
  return Array.from({ length: PARTS }, (_, n) => ({
    xid: '5',
    at: '2026-11-21 01:02:03+00',
    room: 'R:1',
    model: 'm',
    id: String(n),
    action: 'update' as const,
    get fields() {
      if (!written.includes(n)) written.push(n)
      return `{"text":"${'x'.repeat(60_000)}"}`
    },
    version: 2,
    fieldVersions: null,
    actor: null,
    source: 'app',
    device: null,
    op: null,
    marks: null,
  }))
}

test('L5, W4: parts of a long catch-up are written one after the other, and others have turns between them', async () => {
  const { sent, seen, begin } = returning()

  const outcome = await begin()

  expect(outcome).toEqual({ is: 'up', cursor: 'C', sent: 'changes' })
  expect(sent.map(({ more }) => more === true)).toEqual([true, true, true, true, true, false])
  expect(sent.at(-1)).toMatchObject({ cursor: 'C' })
  expect(seen[0]?.written).toBeLessThan(PARTS)
  expect(seen.slice(1).every(({ turns }, index) => turns > (seen[index]?.turns ?? 0))).toBe(true)
})

test('A2: whoever leaves, or loses the right, during a long catch-up gets no further part', async () => {
  const { member, sent, begin } = returning()

  const bringing = begin()
  while (sent.length < 2) await new Promise(setImmediate)
  member.lose()
  const before = sent.length

  expect(await bringing).toEqual({ is: 'ended' })
  expect(sent).toHaveLength(before)
})

test.each([
  ['is asked for once where nothing was handed on since', SNAPSHOT, 0, 1],
  ['is asked for again where something was', '8:8:', 0, 2],
  ['is asked for again where that is not known', undefined, 0, 2],
  ['is asked for again after a guarding change', SNAPSHOT, 1, 2],
])('A1: the right to a catch-up %s', async (_, position, guarding, times) => {
  const { place, begin, asked } = returning(position)
  const { catchUp } = place
  place.catchUp = async (from) => {
    ;(place.room as { guard: number }).guard += guarding
    return catchUp(from)
  }

  const outcome = await begin()

  expect(outcome).toMatchObject({ is: 'up' })
  expect(asked()).toBe(times)
})
