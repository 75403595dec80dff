/** An id that a record is created with is one by which every wire can name it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roomChannel } from '../../src/protocol/channel.ts'
import { type RawClient, type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer
let ana: RawClient
let n = 0

beforeAll(async () => {
  server = await startStageServer({
    access: {
      production: { accessibleBy: () => true, create: () => true, write: { create: true, update: ['name'] } },
    },
  })
  ana = await server.socket('ana')
})
afterAll(() => server.close())

async function create(id: string) {
  ana.send({
    type: 'push',
    ops: [{ n: ++n, model: 'production', id, action: 'create', fields: { name: 'Made' } }],
  })
  const { rejected } = await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === n)
  return rejected.find((rejection: { n: number }) => rejection.n === n)
}

function rest(method: string, path: string, body?: object) {
  const headers = { authorization: 'Bearer ana', 'content-type': 'application/json' }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  return server.sync.fetch(new Request(`http://localhost/api/productions${path}`, init))
}

test.each(['all', 'mine', 'a/b', 'a b', '%', '...', 'null', 'é'])(
  '`%s` is reached on the native wire and over REST',
  async (id) => {
    const rejection = await create(id)
    await ana.join(roomChannel('Production', id))
    const response = await rest('GET', `/${encodeURIComponent(id)}`)

    expect(rejection).toBeUndefined()
    expect([response.status, ((await response.json()) as { data: { id: string } }).data.id]).toEqual([
      200,
      id,
    ])
  },
)

test.each(['.', '..', 'x'.repeat(251)])(
  'a record is not created with the id `%s`, on any wire',
  async (id) => {
    const rejection = await create(id)
    const response = await rest('POST', '', { id, name: 'Made' })
    const reference = await server.sync.fetch(
      new Request('http://localhost/sync/push', {
        method: 'POST',
        headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
        body: JSON.stringify({
          deviceId: 'old',
          operations: [
            { id: `op ${id}`, type: 'CREATE', entity: 'production', entityId: id, data: { name: 'Made' } },
          ],
        }),
      }),
    )

    expect(rejection).toMatchObject({
      code: 'invalid_value',
      field: 'id',
      message: expect.stringMatching(/Choose another/),
    })
    expect(response.status).toBe(422)
    expect(await reference.text()).toContain('invalid_value')
    expect(await server.query('select from productions where id = $1', [id])).toEqual([])
  },
)

test('an id that is none is refused as such', async () => {
  expect(await create('a\ud800')).toMatchObject({ code: 'invalid_value' })
  expect(await create('x'.repeat(256))).toMatchObject({ code: 'invalid_value' })
})

test('a record that has such an id already is read and written as before', async () => {
  await server.query("insert into productions values ('..', 'Old')")
  ana.send({
    type: 'push',
    ops: [{ n: ++n, model: 'production', id: '..', action: 'update', fields: { name: 'Renamed' } }],
  })
  const { rejected } = await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === n)

  expect(rejected.filter((rejection: { n: number }) => rejection.n === n)).toEqual([])
  await ana.join('Production:..')
})
