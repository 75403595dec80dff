import { expect, test } from 'vitest'
import { profile } from './pages-fixture.ts'

/** A profile in which two cameras are known to the server, and what is seen of them. */
function withCameras() {
  const all = profile()
  all.server.write((tx) => {
    for (const id of ['c1', 'c2'])
      tx.create('camera', id, { productionId: 'p1', name: id, note: null, tags: [] }, { user: null })
  })
  const joined = async () => {
    const page = all.open({ joinAtStart: true })
    page.join('production', 'p1')
    await all.pass()
    return page
  }
  type Page = Awaited<ReturnType<typeof joined>>
  const seen = (page: Page) => page.query.camera.current.map(({ id, name, note }) => `${id} ${name} ${note}`)
  const kept = (id: string) => all.server.state.tables.get('camera')?.get(id)?.fields
  /** Who wrote what, as the server committed it. */
  const committed = () =>
    all.server.state.log.flatMap(({ rows }) =>
      rows.flatMap(({ author, change }) => (author.user ? [change.id] : [])),
    )
  return { ...all, joined, seen, kept, committed }
}

test('K1, W2, W3: what a closed page wrote offline is shown beside the own writes, and committed once', async () => {
  const { wire, pass, joined, seen, kept, committed } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  await second.mutate.camera.update('c1', { name: 'Of the second' }).stored
  await second.mutate.camera.create({ id: 'c3', productionId: 'p1', name: 'New', note: null, tags: [] })
    .stored
  await first.mutate.camera.update('c1', { note: 'of the first' }).stored
  await first.mutate.camera.update('c2', { name: 'Of the first' }).stored

  second.close()
  await pass(12_000)
  const offline = seen(first)
  const { pending } = first.status.current
  wire.connected(true)
  await pass(60_000)

  expect(offline).toEqual(['c1 Of the second of the first', 'c2 Of the first null', 'c3 New null'])
  expect(pending).toBe(4)
  expect(seen(first)).toEqual(offline)
  expect(kept('c1')).toMatchObject({ name: 'Of the second', note: 'of the first' })
  expect(committed().sort()).toEqual(['c1', 'c1', 'c2', 'c3'])
  expect(first.status.current).toMatchObject({ status: 'realtime', pending: 0 })
})

test('of two pages that wrote one field, the later write is shown, also by a clock that was set back', async () => {
  const { wire, pass, clock, joined, seen } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  await second.mutate.camera.update('c1', { name: 'early', note: 'early' }).stored
  await clock.advance(10)
  await first.mutate.camera.update('c1', { name: 'later' }).stored
  await first.mutate.camera.update('c2', { name: 'early' }).stored
  await clock.advance(10)
  await second.mutate.camera.update('c2', { name: 'later' }).stored
  second.close()
  await pass(12_000)
  const shown = seen(first)
  await first.mutate.camera.update('c2', { name: 'latest' }).stored

  expect(shown).toEqual(['c1 later early', 'c2 later null'])
  expect(seen(first)).toEqual(['c1 later early', 'c2 latest null'])
})

test('W3: a refused write of a closed page is taken out of what is shown, and listed until it is dismissed', async () => {
  const { wire, pass, joined, seen } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  await first.mutate.camera.update('c2', { name: 'Of the first' }).stored
  const camera = { id: 'c3', productionId: 'nowhere', name: 'Refused', note: null, tags: [] }
  second.mutate.camera.create(camera).confirmed.catch(() => {})
  await second.mutate.camera.update('c1', { name: 'Of the second' }).stored

  second.close()
  await pass(12_000)
  const offline = seen(first)
  wire.connected(true)
  await pass(60_000)
  const refused = first.parked.current
  for (const parked of refused) first.dismiss(parked)

  expect(offline).toEqual(['c1 Of the second null', 'c2 Of the first null', 'c3 Refused null'])
  expect(seen(first)).toEqual(['c1 Of the second null', 'c2 Of the first null'])
  expect(refused).toMatchObject([{ op: { id: 'c3' }, reason: { code: 'constraint' } }])
  expect(first.parked.current).toEqual([])
})

test('K1, W3: a reload without network shows at once what the page had taken over', async () => {
  const { wire, pass, joined, seen } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  await first.mutate.camera.update('c2', { name: 'Of the first' }).stored
  await second.mutate.camera.update('c1', { name: 'Of the second' }).stored
  second.close()
  await pass(12_000)
  const before = seen(first)

  first.close()
  const reloaded = await joined()

  expect(before).toEqual(['c1 Of the second null', 'c2 Of the first null'])
  expect(seen(reloaded)).toEqual(before)
  expect(reloaded.status.current.pending).toBe(2)
})

test('W2, W3: of three pages, the last shows and sends what the two others wrote, one of which had taken over the other', async () => {
  const { wire, pass, joined, seen, committed } = withCameras()
  const [first, second, third] = [await joined(), await joined(), await joined()]
  wire.connected(false)
  await first.mutate.camera.update('c1', { name: 'Of the first' }).stored
  await second.mutate.camera.update('c2', { name: 'Of the second' }).stored
  await third.mutate.camera.update('c1', { note: 'of the third' }).stored

  first.close()
  await pass(12_000)
  second.close()
  await pass(12_000)
  const offline = seen(third)
  wire.connected(true)
  await pass(60_000)

  expect(offline).toEqual(['c1 Of the first of the third', 'c2 Of the second null'])
  expect(seen(third)).toEqual(offline)
  expect(committed().sort()).toEqual(['c1', 'c1', 'c2'])
  expect(third.status.current).toMatchObject({ status: 'realtime', pending: 0 })
})

test('K1, K2: pages that are open show each other what they cannot send, also one that opens later', async () => {
  const { wire, pass, joined, seen, kept } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  await first.mutate.camera.update('c1', { name: 'Of the first' }).stored
  await second.mutate.camera.update('c1', { note: 'of the second' }).stored
  await pass()
  const third = await joined()
  await pass()
  const pages = [first, second, third]
  const offline = pages.map(seen)
  const pending = pages.map(({ status }) => status.current.pending)
  wire.connected(true)
  await pass(60_000)

  const all = ['c1 Of the first of the second', 'c2 c2 null']
  expect(offline).toEqual([all, all, all])
  expect(pending).toEqual([2, 2, 2])
  expect(pages.map(seen)).toEqual([all, all, all])
  expect(kept('c1')).toMatchObject({ name: 'Of the first', note: 'of the second' })
  for (const { status } of pages) expect(status.current).toMatchObject({ status: 'realtime', pending: 0 })
})

test('W3: what is refused goes from all pages, and is listed in the one that wrote it', async () => {
  const { wire, pass, joined, seen } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  const camera = { id: 'c3', productionId: 'nowhere', name: 'Refused', note: null, tags: [] }
  second.mutate.camera.create(camera).confirmed.catch(() => {})
  await pass()
  const offline = seen(first)
  wire.connected(true)
  await pass(60_000)

  expect(offline).toContain('c3 Refused null')
  expect([seen(first), seen(second)].flat().join()).not.toContain('Refused')
  expect([first, second].map((page) => page.parked.current.map(({ op }) => op.id))).toEqual([[], ['c3']])
})

test('K1: a room that another page has begun without a network is joined here, and read when the server has it', async () => {
  const { wire, pass, joined, seen } = withCameras()
  const [first, second] = [await joined(), await joined()]
  wire.connected(false)
  const { id } = second.mutate.production.create({ name: 'Ballet' })
  second.mutate.camera.create({ id: 'c3', productionId: id, name: 'New', note: null, tags: [] })
  await pass()
  const room = first.join('production', id)
  await pass()
  const offline = { names: first.query.production.current.map(({ name }) => name), cameras: seen(first) }
  wire.connected(true)
  await pass(60_000)

  expect(offline).toMatchObject({ names: expect.arrayContaining(['Opera', 'Ballet']) })
  expect(offline.cameras).toContain('c3 New null')
  expect(seen(first)).toContain('c3 New null')
  expect(room.status.current).toBe('live')
})

test('a page that is connected is told nothing of what others send at once', async () => {
  const { pass, joined } = withCameras()
  const [first, second] = [await joined(), await joined()]
  let most = 0
  first.status.subscribe(() => (most = Math.max(most, first.status.current.pending)))

  const { confirmed } = second.mutate.camera.update('c1', { name: 'Sent' })
  await pass()
  await confirmed

  expect(most).toBe(0)
})
