import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, type StageServer, startStage } from './stage-server.ts'

let stage: StageServer

beforeAll(async () => {
  stage = await startStage('pglite')
})

afterAll(() => stage.close())

const bodyOf = async <T>(response: Response) => (await response.json()) as T

test('the embedded database answers the same calls', async () => {
  const headers = { 'idempotency-key': newKey() }
  const create = () =>
    stage.as('ben', '/api/productions/p1/cameras', {
      json: {
        name: 'Crane',
        zoom: 7,
        details: { a: [1] },
        thumbnail: 'aGVsbG8=',
        seenAt: '2026-02-12T10:00:00.5Z',
      },
      headers,
    })

  const created = await bodyOf<{ data: { id: string } }>(await create())
  const repeated = await bodyOf<{ data: { id: string } }>(await create())
  const { id } = created.data
  const updated = await stage.as('ben', `/api/cameras/${id}`, {
    method: 'PUT',
    json: { zoom: 8 },
    headers: { 'if-match': '"1"' },
  })
  const late = await stage.as('ben', `/api/cameras/${id}`, {
    method: 'PUT',
    json: { zoom: 9 },
    headers: { 'if-match': '"1"' },
  })
  const badge = await stage.as('ben', '/api/productions/p1/badges', { json: { label: 'Crew' } })
  const listed = await bodyOf<{ data: { id: string }[] }>(
    await stage.as('ben', '/api/cameras?zoom=8&isLive=false&limit=5'),
  )
  const removed = await stage.as('ben', `/api/cameras/${id}`, { method: 'DELETE' })

  expect(created.data).toMatchObject({
    zoom: 7,
    details: { a: [1] },
    thumbnail: 'aGVsbG8=',
    seenAt: '2026-02-12T10:00:00.5+00:00',
    productionId: 'p1',
  })
  expect(repeated.data.id).toBe(id)
  expect([updated.status, late.status, badge.status, removed.status]).toEqual([200, 412, 201, 204])
  expect(listed.data.map((camera) => camera.id)).toEqual([id])
})

test('push, pull, `since` and activity work on the embedded database', async () => {
  const device = newKey()
  const ops = [{ n: 1, model: 'camera', id: 'c1', action: 'update', fields: { note: 'pushed' } }]

  const ack = await bodyOf<{ lastOp: number }>(await stage.as('ben', '/sync/push', { json: { device, ops } }))
  const { messages } = await bodyOf<{ messages: { type: string }[] }>(
    await stage.as('ben', '/sync/pull', { json: { device, joins: [{ channel: 'Production:p1' }] } }),
  )
  const all = await bodyOf<{ serverSeq: number; ops: object[] }>(await stage.as('ben', '/sync/pull?since=0'))
  const none = await bodyOf<{ ops: object[] }>(await stage.as('ben', `/sync/pull?since=${all.serverSeq}`))
  const activity = await bodyOf<{ data: { actor: string }[] }>(
    await stage.as('ben', '/sync/activity?channel=Production%3Ap1&record=camera:c1&limit=1'),
  )

  expect(ack.lastOp).toBe(1)
  expect(messages.at(-1)?.type).toBe('ack')
  expect([all.ops.length > 3, none.ops]).toEqual([true, []])
  expect(activity.data).toMatchObject([{ actor: 'ben' }])
})
