/** The application's own writes, and other programs beside it: who wrote is known, and everybody reads the same log. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer()
})
afterAll(() => server.close())

test('L1: what the application writes as a user reaches the room with its author', async () => {
  const ben = await server.socket('ben', { device: 'others b' })
  await ben.join('Production:p1')

  const zoom = await server.sync.as({ user: { id: 'ana' }, device: 'phone' }, async (tx) => {
    await tx.query("update cameras set name = 'By route' where id = 'c1'")
    await tx.query("insert into photos values ('f9', 'c1', 'By route')")
    const [row] = await tx.query<{ zoom: number }>("select zoom from cameras where id = 'c1'")
    return row?.zoom
  })
  await ben.next(({ type, changes }) => type === 'changes' && changes.length === 2)

  expect(zoom).toBe(1)
  expect(ben.changes('Production:p1')).toMatchObject([
    { model: 'camera', id: 'c1', action: 'update', actor: 'ana', source: 'app' },
    { model: 'photo', id: 'f9', action: 'create', actor: 'ana', source: 'app' },
  ])
})

test('L1: the author of a request is who sent it; without one nothing is written', async () => {
  const signedIn = new Request('http://stage/', { headers: { authorization: 'Bearer cleo' } })
  const stranger = new Request('http://stage/')

  await server.sync.as({ request: signedIn }, (tx) =>
    tx.query("update lenses set name = 'Eighty' where id = 'l1'"),
  )
  const refused = server.sync.as({ request: stranger }, (tx) => tx.query('delete from lenses'))

  await expect(refused).rejects.toMatchObject({ code: 'unauthenticated' })
  const lenses = await server.query("select name from lenses where id = 'l1'")
  const [logged] = await server.query("select actor, source from syncline.log where model = 'lens'")
  expect(lenses).toEqual([{ name: 'Eighty' }])
  expect(logged).toEqual({ actor: 'cleo', source: 'app' })
})

test('what throws in `as` leaves nothing behind, and its author is not that of the next write', async () => {
  const failing = server.sync.as({ user: { id: 'ana' } }, async (tx) => {
    await tx.query("update tags set name = 'lost' where id = 't1'")
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')

  await server.sync.as({ user: { id: 'ben' } }, (tx) =>
    tx.query("update tags set name = 'kept' where id = 't1'"),
  )
  await server.query("update tags set name = 'direct' where id = 't2'")

  expect(
    await server.query("select id, fields, actor from syncline.log where model = 'tag' order by seq"),
  ).toEqual([
    { id: 't1', fields: { name: 'kept' }, actor: 'ben' },
    { id: 't2', fields: { name: 'direct' }, actor: null },
  ])
})

test('a program that listens on ops_channel reads every writer in syncline.ops', async () => {
  const program = await server.database.connect()
  const [before] = (await program.query('select coalesce(max(server_seq), 0) as seq from syncline.ops')).rows
  const woken = new Promise<string>((resolve) =>
    program.once('notification', ({ channel }) => resolve(channel)),
  )
  await program.query('listen ops_channel')
  const ana = await server.socket('ana', { device: 'others a' })

  ana.send({
    type: 'push',
    ops: [{ n: 1, model: 'camera', id: 'c2', action: 'update', fields: { name: 'By op' } }],
  })
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)
  await server.query(
    "begin; select syncline.actor('dan', 'tablet'); delete from cameras where id = 'c2'; commit",
  )

  expect(await woken).toBe('ops_channel')
  const { rows } = await program.query(
    `select entity, entity_id, type, data, client_id, user_id, at > now() - interval '1 minute' as is_recent
     from syncline.ops where server_seq > $1 order by server_seq`,
    [before?.seq],
  )
  const camera = { entity: 'camera', entity_id: 'c2', is_recent: true }
  expect(rows).toEqual([
    { ...camera, type: 'UPDATE', data: { name: 'By op' }, client_id: 'others a', user_id: 'ana' },
    { ...camera, type: 'DELETE', data: null, client_id: 'tablet', user_id: 'dan' },
  ])
})
