/** Who leaves a group for the slow lane, so that the others need not wait (W4), and who comes back from it. */
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { createWriter, type PushOutcome, type Writer } from '../../src/postgres/apply/writer.ts'
import type { WriterOptions } from '../../src/postgres/apply/writer-options.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, type Crew, openCrew, rules, schema, TestDevice, update } from './crew.ts'
import { type WatchedLanes, watchedLanes } from './watched-lanes.ts'

const GROUPS = 'writer'
const SLOW = 'slow writer'
const BAD = { name: 'bad' }
/** As long as a device stays suspect: `group-writer.ts`. */
const SUSPICION_MS = 2_000

describe.each(Object.entries(inject('servers')))('standing aside on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  let lanes: WatchedLanes
  let writer: Writer

  beforeEach(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
    lanes = watchedLanes(crew.database)
    writer = await openWriter()
    // Suspicion ends when a test says so.
    vi.useFakeTimers({ toFake: ['performance'] })
  })

  afterEach(async () => {
    vi.useRealTimers()
    await writer.close()
    await crew.close()
    await plain.drop()
  })

  function openWriter(options: WriterOptions = {}): Promise<Writer> {
    return createWriter(lanes.database, schema, rules, { onError: console.error, ...options })
  }

  /** A device that has written nothing yet, and whose row is known: its first push waits for no other connection. */
  async function newcomer(user = ana): Promise<TestDevice> {
    const device = new TestDevice(writer, user)
    await device.push()
    return device
  }

  /** A device that has written well; the functions for new cameras are made. */
  async function veteran(id: string): Promise<TestDevice> {
    const device = await newcomer()
    await device.push(camera(id))
    return device
  }

  /** What is pushed while a commit is in flight makes one group. */
  async function inOneGroup(pushAll: () => Promise<PushOutcome>[]): Promise<PushOutcome[]> {
    const first = await veteran('before')
    const letGo = lanes.hold('in flight')
    const inFlight = first.push(camera('in flight'))
    await expect.poll(lanes.held).toEqual(['in flight'])
    const pushed = pushAll()
    // All devices are known, so that their pushes have joined the line within this turn.
    await new Promise((resolve) => setImmediate(resolve))
    letGo()
    await inFlight
    return Promise.all(pushed)
  }

  test('W4: when a group has failed twice, newcomers leave it, and those who wrote well before are committed', async () => {
    const veterans = [await veteran('warm a'), await veteran('warm b')]
    const newcomers = [await newcomer(), await newcomer(), await newcomer()]
    const words = ['old a', 'new', 'bad 1', 'bad 2', 'old b']

    const outcomes = await inOneGroup(() => [
      veterans[0]!.push(camera('old a')),
      newcomers[0]!.push(camera('new')),
      newcomers[1]!.push(camera('bad 1', BAD)),
      newcomers[2]!.push(camera('bad 2', BAD)),
      veterans[1]!.push(camera('old b')),
    ])

    expect(lanes.told(GROUPS, words)).toEqual([
      ['old a', 'new', 'bad 1', 'bad 2', 'old b'],
      ['old a', 'new', 'bad 2', 'old b'],
      ['old a', 'old b'],
    ])
    expect(lanesOf(words)).toEqual({ groups: ['old a', 'old b'], slow: ['new', 'bad 1', 'bad 2'] })
    expect(codesOf(outcomes)).toEqual([[], [], ['constraint'], ['constraint'], []])
  })

  test('W4: a device whose op was refused is a newcomer again', async () => {
    const lapsed = await veteran('warm a')
    const faithful = await veteran('warm b')
    const newcomers = [await newcomer(), await newcomer()]
    expect((await lapsed.push(camera('refused', BAD))).rejected).toHaveLength(1)
    vi.advanceTimersByTime(SUSPICION_MS + 1)

    const outcomes = await inOneGroup(() => [
      lapsed.push(camera('of the lapsed')),
      faithful.push(camera('of the faithful')),
      newcomers[0]!.push(camera('bad 1', BAD)),
      newcomers[1]!.push(camera('bad 2', BAD)),
    ])

    const words = ['of the lapsed', 'of the faithful']
    expect(lanes.told(GROUPS, words)).toEqual([words, words, ['of the faithful']])
    expect(lanesOf(words)).toEqual({ groups: ['of the faithful'], slow: ['of the lapsed'] })
    expect(outcomes.slice(0, 2).map(({ lastOp }) => lastOp)).toEqual([3, 2])
    expect(await written(words)).toEqual(words)
  })

  test('W4: a refused op sends its device to the slow lane for a while, and another refusal there begins anew', async () => {
    const device = await veteran('warm')

    await device.push(camera('bad 1', BAD))
    vi.advanceTimersByTime(SUSPICION_MS * 0.75)
    await device.push(camera('bad 2', BAD))
    vi.advanceTimersByTime(SUSPICION_MS * 0.75)
    await device.push(camera('good'))
    vi.advanceTimersByTime(SUSPICION_MS * 0.3)
    await device.push(camera('later'))

    const words = ['bad 1', 'bad 2', 'good', 'later']
    expect(lanes.told(GROUPS, words)).toEqual([['bad 1'], ['later']])
    expect(lanesOf(words).slow).toEqual(['bad 1', 'bad 2', 'good'])
  })

  test('W4: a group makes functions for one new shape; others take the slow lane until there is time to make theirs', async () => {
    await veteran('target')
    const devices = [await newcomer(), await newcomer(), await newcomer()]
    const shapes = [{ note: 'new 1' }, { status: 'rigged', note: 'new 2' }, { name: 'new 3' }]
    const words = ['new 1', 'new 2', 'new 3']

    const outcomes = await inOneGroup(() =>
      devices.map((device, n) => device.push(update('camera', 'target', shapes[n]!))),
    )

    expect(codesOf(outcomes)).toEqual([[], [], []])
    expect(lanes.told(GROUPS, words)).toEqual([['new 1']])
    expect(lanesOf(words).slow).toEqual(['new 2', 'new 3'])
    // The time has come when nobody waits.
    await expect.poll(() => functionsMade(GROUPS)).toBe(4)
    const again = [{ status: 'broken', note: 'again 2' }, { name: 'again 3' }]
    for (const [n, fields] of again.entries()) await devices[n]!.push(update('camera', 'target', fields))
    expect(lanes.told(GROUPS, ['again 2', 'again 3'])).toEqual([['again 2'], ['again 3']])
    expect(functionsMade(GROUPS)).toBe(4)
  })

  test('W4: suspects that work take half of the slow lane; whoever waits for a lock there has the rest', async () => {
    const calls: string[] = []
    const open = openWriter({ functions: { note: ({ id }) => void calls.push(id) } })
    await writer.close()
    writer = await open
    const names = ['suspect 1', 'suspect 2', 'suspect 3', 'suspect 4']
    const suspects = await Promise.all(
      names.map(async (name) => {
        const device = await newcomer()
        await device.push(camera(`of ${name}`, BAD))
        return device
      }),
    )
    const letGo = lanes.hold(...names)

    const working = suspects.map((device, n) => device.push(camera(names[n]!)))
    await expect.poll(lanes.held).toHaveLength(2)
    const caller = await newcomer(ben)
    const called = await caller.push({ action: 'call', model: 'camera', id: 'called', name: 'note' })
    const heldMeanwhile = lanes.held()
    letGo()
    await Promise.all(working)

    expect(called.rejected).toEqual([])
    expect(calls).toEqual(['called'])
    expect(heldMeanwhile).toHaveLength(2)
    expect(await written(names)).toEqual(names)
  })

  /** Which connection had each word last: there it was committed. */
  function lanesOf(words: readonly string[]): { groups: string[]; slow: string[] } {
    const slow = new Set(lanes.told(SLOW, words).flat())
    return {
      groups: words.filter((word) => !slow.has(word)),
      slow: words.filter((word) => slow.has(word)),
    }
  }

  async function written(cameras: readonly string[]): Promise<string[]> {
    const rows = await plain.query<{ id: string }>('select id from cameras where id = any ($1)', [cameras])
    const ids = new Set(rows.map(({ id }) => id))
    return cameras.filter((id) => ids.has(id))
  }

  const functionsMade = (lane: string) => lanes.told(lane, ['create or replace function']).length
})

function codesOf(outcomes: readonly PushOutcome[]): string[][] {
  return outcomes.map(({ rejected }) => rejected.map(({ code }) => code))
}
