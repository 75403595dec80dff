/** A room that the server cannot read for now, or will not give, beside rooms that are well. */
import { expect, test } from 'vitest'
import { type Intercept, modelStage } from './model-stage.ts'
import { stageSchema } from './stage-schema.ts'

/** A client in the good room `p1` and in `bad`, joins of which are answered like this. */
async function besideBadRoom(refusal: object, answerMs = 1) {
  const counts = { joins: 0, hellos: 0 }
  const refuse: Intercept = ({ type, channel }, send, clock) => {
    if (type === 'hello') counts.hellos++
    if (type !== 'join' || channel !== 'Production:bad') return false
    counts.joins++
    clock.after(answerMs, () => send({ type: 'error', channel, message: 'It fails.', ...refusal }))
    return true
  }
  const stage = modelStage(stageSchema, refuse)
  stage.server.write((tx) => {
    tx.create('production', 'bad', { name: 'Bad' }, { user: null })
    tx.grant('ana', 'production', 'bad')
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', note: null, tags: [] }, { user: null })
  })
  const client = stage.open()
  const good = client.join('production', 'p1')
  await stage.clock.advance(500)
  const bad = client.join('production', 'bad')
  await stage.clock.advance(500)
  return { ...stage, client, good, bad, counts }
}

const away = { code: 'unavailable', retryAfterMs: 1_000 }

test('W4, C1: an acknowledged write leaves the overlay while another room cannot be read', async () => {
  const { client, server, clock, good } = await besideBadRoom(away)

  const write = client.mutate.camera.update('c1', { name: 'Ana' })
  await clock.advance(1_500)
  await write.confirmed
  server.write((tx) => tx.update('camera', 'c1', { name: 'Ben, later' }, { user: 'ben' }))
  await clock.advance(1_500)

  expect(good.status.current).toBe('live')
  expect(client.query.camera.first()?.name).toBe('Ben, later')
  client.close()
})

test('K1: what an old app writes stays in view where its room is refused and its cache is shown', async () => {
  let isRaised = false
  const stage = modelStage(stageSchema, ({ type, channel }, send) => {
    const isRefused = isRaised && type === 'join' && channel === 'Production:p1'
    if (isRefused) send({ type: 'error', channel, code: 'schema_too_old', message: 'Update the app.' })
    return isRefused
  })
  const { clock, server, wire } = stage
  const client = stage.open()
  const room = client.join('production', 'p1')
  await clock.advance(500)
  isRaised = true
  wire.cut()
  await clock.advance(3_000)

  const update = client.mutate.production.update('p1', { name: 'By the old app' })
  const created = client.mutate.camera.create({ productionId: 'p1', name: 'New', note: null, tags: [] })
  await clock.advance(10_000)
  await Promise.all([update.confirmed, created.confirmed])
  await clock.advance(3_000)

  expect(room.status.current).toBe('error')
  expect(client.query.production.first()?.name).toBe('By the old app')
  expect(client.query.camera.current.map(({ name }) => name)).toEqual(['New'])
  expect(client.status.current.pending).toBe(0)

  isRaised = false
  server.write((tx) => tx.update('production', 'p1', { name: 'By another' }, { user: 'ben' }))
  room.leave()
  client.join('production', 'p1')
  await clock.advance(3_000)
  expect(client.query.production.first()?.name).toBe('By another')
  expect(client.query.camera.current.map(({ name }) => name)).toEqual(['New'])
  client.close()
})

test('K1, W4: an acknowledged write to a room that cannot be read stays in view until it can', async () => {
  let isBroken = false
  const { client, clock, server, wire } = await (async () => {
    const stage = modelStage(stageSchema, ({ type, channel }, send) => {
      const isRefused = isBroken && type === 'join' && channel === 'Production:p2'
      if (isRefused) send({ type: 'error', channel, message: 'It fails.', ...away })
      return isRefused
    })
    stage.server.write((tx) => {
      tx.create('production', 'p2', { name: 'Ballet' }, { user: null })
      tx.grant('ana', 'production', 'p2')
    })
    const opened = stage.open()
    for (const id of ['p1', 'p2']) opened.join('production', id)
    await stage.clock.advance(500)
    return { ...stage, client: opened }
  })()
  const names: (string | undefined)[] = []
  const shown = client.record('production', 'p2')
  isBroken = true
  wire.cut()
  await clock.advance(3_000)

  const write = client.mutate.production.update('p2', { name: 'Ana’s' })
  shown.subscribe(() => names.push(shown.current?.name))
  await clock.advance(10_000)
  await write.confirmed
  server.write((tx) => tx.update('production', 'p2', { name: 'Ben’s' }, { user: 'ben' }))
  isBroken = false
  await clock.advance(3_000)

  expect(names).toEqual(['Ben’s'])
  expect(client.status.current).toMatchObject({ status: 'realtime', problem: undefined })
  client.close()
})

test.each([1, 5_000])(
  'W4, K2: a room that is refused again and again, each time after %i ms, costs no connection, and the status says why',
  async (answerMs) => {
    const { client, clock, counts, bad } = await besideBadRoom(away, answerMs)
    const seen = new Set<string>()
    client.status.subscribe(() => {
      const { status, transport } = client.status.current
      seen.add(`${status} by ${transport}`)
    })
    const joins = counts.joins

    for (let second = 0; second < 600; second++) await clock.advance(1_000)

    expect(counts.hellos).toBe(1)
    expect(counts.joins - joins).toBeGreaterThan(90)
    expect([...seen]).toEqual(['syncing by socket'])
    expect(client.status.current).toMatchObject({ problem: { code: 'unavailable', message: 'It fails.' } })
    expect(bad.status.current).toBe('joining')
    client.close()
  },
)

test('a join that is never answered still begins the connection anew', async () => {
  const { client, clock, counts } = await besideBadRoom(away, 3_600_000)

  await clock.advance(120_000)

  expect(counts.hellos).toBeGreaterThan(1)
  client.close()
})

test('K2: a room that the server will not give this app is a problem of the status, one that is not there is none', async () => {
  const { client, clock, bad } = await besideBadRoom({ code: 'schema_too_old' })
  const refused = client.status.current

  bad.leave()
  client.join('production', 'nowhere')
  await clock.advance(500)

  expect(refused).toMatchObject({ status: 'realtime', problem: { code: 'schema_too_old' } })
  expect(client.status.current).toMatchObject({ status: 'realtime', problem: undefined })
  client.close()
})

test('K2: `lastSyncedAt` stands still while a room is not in step', async () => {
  const { client, clock } = await besideBadRoom(away)
  const { lastSyncedAt } = client.status.current

  await clock.advance(120_000)

  expect(lastSyncedAt).toEqual(expect.any(Number))
  expect(client.status.current.lastSyncedAt).toBe(lastSyncedAt)
  client.close()
})

test('W4: pushes that are refused for now are sent again once each, however many there are', async () => {
  const pushes: number[] = []
  let isDown = false
  const { client, clock } = await (async () => {
    const stage = modelStage(stageSchema, ({ type, ops }, send, time) => {
      if (type !== 'push') return false
      pushes.push(ops?.[0]?.n ?? 0)
      if (isDown) time.after(50, () => send({ type: 'error', ...away, message: 'Away.' }))
      return isDown
    })
    const opened = stage.open()
    opened.join('production', 'p1')
    await stage.clock.advance(500)
    return { ...stage, client: opened }
  })()
  isDown = true
  const note = 'y'.repeat(20_000)
  const writes = Array.from({ length: 40 }, () =>
    client.mutate.camera.create({ productionId: 'p1', name: 'x', note, tags: [] }),
  )
  await clock.advance(10)
  const batches = pushes.length

  await clock.advance(11_000)
  const sent = pushes.length
  isDown = false
  await clock.advance(2_500)
  await Promise.all(writes.map(({ confirmed }) => confirmed))

  expect(batches).toBe(3)
  expect(sent).toBeGreaterThanOrEqual(9 * batches)
  expect(sent).toBeLessThanOrEqual(12 * batches)
  expect(client.status.current).toMatchObject({ status: 'realtime', pending: 0 })
  client.close()
})
