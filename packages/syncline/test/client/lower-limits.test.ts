/** A server that takes less at once than others do, and devices that have more to send. */
import { expect, inject, test } from 'vitest'
import WebSocket from 'ws'
import { type StageFixture, startStage } from './stage-fixture.ts'
import type { StageSchema } from './stage-schema.ts'
import type { SyncOptions } from '../../src/server/index.ts'

type Limits = NonNullable<SyncOptions<StageSchema>['limits']>

async function withLimits(limits: Limits, work: (stage: StageFixture) => Promise<void>): Promise<void> {
  const stage = await startStage(Object.values(inject('servers')).at(-1) as string, ['ana'], { limits })
  try {
    await work(stage)
  } finally {
    await stage.close()
  }
}

/** A client in room `p1`, and how many sockets it has opened. */
async function clientIn(stage: StageFixture) {
  const counts = { sockets: 0 }
  class CountingSocket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols)
      counts.sockets++
    }
  }
  const client = stage.client('ana', { WebSocket: CountingSocket })
  await client.join('production', 'p1').whenLive()
  return { client, counts }
}

const camera = (note: string) => ({ productionId: 'p1', name: 'x', note, tags: [] })

test('W4: ten writes that are more than one message go in several', () =>
  withLimits({ messageBytes: 65_536 }, async (stage) => {
    const { client, counts } = await clientIn(stage)

    const writes = Array.from({ length: 10 }, () => client.mutate.camera.create(camera('ä'.repeat(10_000))))
    await Promise.all(writes.map(({ confirmed }) => confirmed))

    expect(
      await stage.database.query('select count(*)::int from cameras where length(note) = 10000'),
    ).toEqual([{ count: 10 }])
    expect(client.status.current).toMatchObject({ pending: 0, realtimeConnected: true })
    expect(counts.sockets).toBe(1)
  }))

test('W3, W4: a write that fits no message is parked with its values, and the next ones go on', () =>
  withLimits({ messageBytes: 65_536 }, async (stage) => {
    const { client, counts } = await clientIn(stage)
    const fitting = client.mutate.camera.create(camera('x'.repeat(60_000)))
    const large = client.mutate.camera.create(camera('x'.repeat(70_000)))
    const next = client.mutate.production.update('p1', { name: 'Next' })

    await next.confirmed
    await fitting.confirmed

    await expect(large.confirmed).rejects.toMatchObject({
      code: 'too_large',
      message: 'The write is more than the server takes. Write at most 1000 ops and 64512 bytes at once.',
    })
    expect(client.parked.current).toMatchObject([
      { op: { id: large.id, action: 'create', fields: { note: 'x'.repeat(70_000) } } },
    ])
    expect(client.record('camera', large.id).current).toBeUndefined()
    expect(counts.sockets).toBe(1)
  }))

test('W3, W4: a transaction of more ops than a push may hold is parked whole, and none of it is written', () =>
  withLimits({ opsPerPush: 50 }, async (stage) => {
    const { client } = await clientIn(stage)
    const { confirmed } = client.transaction((tx) => {
      for (let at = 0; at < 60; at++) tx.camera.create(camera('of 60'))
    })
    const whole = client.transaction((tx) => {
      for (let at = 0; at < 50; at++) tx.camera.create(camera('of 50'))
    })

    const refused = expect(confirmed).rejects.toMatchObject({ code: 'too_large' })
    await whole.confirmed
    await refused

    expect(client.parked.current.map(({ reason }) => reason.code)).toEqual(Array(60).fill('too_large'))
    expect(
      await stage.database.query('select note, count(*)::int from cameras group by 1 order by 1'),
    ).toEqual([
      { note: 'of 50', count: 50 },
      { note: null, count: 3 },
    ])
    expect(client.status.current.pending).toBe(0)
  }))
