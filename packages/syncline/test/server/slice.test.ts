/** The whole way of a change: from any writer to every member of a room. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOf, type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer()
})
afterAll(() => server.close())

test('hello is answered with welcome and an ack', async () => {
  const ana = await server.socket()

  ana.send({ type: 'hello', protocol: 1, device: 'd', schema: 2, token: 'ana' })
  const ack = await ana.next(({ type }) => type === 'ack')

  expect(ana.messages[0]).toMatchObject({
    type: 'welcome',
    user: { id: 'ana', name: 'ANA' },
    protocol: 1,
    lastOp: 0,
  })
  expect(ack).toEqual({ type: 'ack', lastOp: 0, rejected: [], conflicts: [] })
})

test('a room is loaded whole, then live: a write of psql and a push reach every member', async () => {
  const ana = await server.socket('ana', { device: 'slice a' })
  const ben = await server.socket('ben', { device: 'slice b' })
  await Promise.all([ana.join('Production:p1'), ben.join('Production:p1')])

  await server.query("update cameras set name = 'By psql' where id = 'c1'")
  await ben.next(({ type }) => type === 'changes')
  ana.send({
    type: 'push',
    ops: [{ n: 1, model: 'camera', id: 'c1', action: 'update', fields: { name: 'By op' } }],
  })
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)
  await ben.next(({ type, changes }) => type === 'changes' && changes[0].fields.name === 'By op')

  const rows = ben.messages.filter(({ type }) => type === 'rows')
  expect(rows.map(({ model, rows: values }) => [model, values.length])).toEqual([
    ['production', 1],
    ['camera', 1],
    ['photo', 1],
  ])
  expect(ben.changes('Production:p1')).toMatchObject([
    {
      model: 'camera',
      id: 'c1',
      action: 'update',
      fields: { name: 'By psql' },
      actor: null,
      source: 'postgres',
    },
    { model: 'camera', id: 'c1', action: 'update', fields: { name: 'By op' }, actor: 'ana', source: 'app' },
  ])
  const types = ana.messages.map(({ type }) => type)
  expect(types.lastIndexOf('changes')).toBeLessThan(types.lastIndexOf('ack'))
})

test('L2: a cursor continues where it was issued', async () => {
  const ana = await server.socket('ana', { device: 'slice c' })
  const cursor = await ana.join('Production:p1')
  ana.terminate()
  await server.query("update cameras set name = 'While away' where id = 'c1'")

  const again = await server.socket('ana', { device: 'slice c' })
  await again.join('Production:p1', cursor)

  // With the catch-up, or right after it when the server hears of the write only then; nothing is loaded again.
  await again.next(({ type }) => type === 'changes')
  expect(again.messages.map(({ type }) => type).sort()).toEqual(['ack', 'changes', 'joined', 'welcome'])
  expect(again.changes('Production:p1')).toMatchObject([{ id: 'c1', fields: { name: 'While away' } }])
})

test('L4: a cursor that is not ours is answered with snapshot and all rows', async () => {
  const ana = await server.socket('ana', { device: 'slice d' })

  await ana.join('Production:p1', 'AAAA')

  const types = ana.messages.map(({ type }) => type)
  expect(types.slice(2)).toEqual(['snapshot', 'rows', 'rows', 'rows', 'joined'])
})

test('an id with special characters is percent-encoded in the channel alone', async () => {
  const ana = await server.socket('ana', { device: 'slice e' })

  await ana.join('Production:p%203')
  await server.query("update productions set name = 'Drei' where id = 'p 3'")
  await ana.next(({ type }) => type === 'changes')

  expect(ana.changes('Production:p%203')).toMatchObject([{ id: 'p 3', fields: { name: 'Drei' } }])
})

test('the list of what is mine follows access: records enter, change and leave', async () => {
  const ben = await server.socket('ben', { device: 'slice f' })
  await ben.join('Production:mine')
  const listed = ben.messages
    .filter(({ type }) => type === 'rows')
    .flatMap(({ rows }) => rows.map(([id]: [string]) => id))

  await server.query("insert into crew values ('p2', 'ben')")
  await ben.next(({ type, changes }) => type === 'changes' && changes[0].action === 'enter')
  await server.query("update productions set name = 'Zwei' where id = 'p2'")
  await ben.next(({ type, changes }) => type === 'changes' && changes[0].action === 'update')
  await server.query("delete from crew where production_id = 'p2' and user_id = 'ben'")
  await ben.next(({ type, changes }) => type === 'changes' && changes[0].action === 'leave')

  expect(listed).toEqual(['p1'])
  expect(ben.changes('Production:mine')).toMatchObject([
    { model: 'production', id: 'p2', action: 'enter', fields: { name: 'Two' } },
    { model: 'production', id: 'p2', action: 'update', fields: { name: 'Zwei' } },
    { model: 'production', id: 'p2', action: 'leave' },
  ])
})

test('a collection shows what belongs to one record, by relation or table name', async () => {
  const ana = await server.socket('ana', { device: 'slice g' })
  await ana.join('Account:a1/account_users')
  await ana.join('Account:a1/tags')

  await server.query("insert into account_users values ('u3', 'a1', 'cleo'), ('u4', 'a2', 'cleo')")
  await server.query("insert into account_tags values ('at2', 'a1', 't2')")
  await ana.next(({ type, channel }) => type === 'changes' && channel === 'Account:a1/account_users')
  await ana.next(({ type, channel }) => type === 'changes' && channel === 'Account:a1/tags')
  await server.query("delete from account_tags where id = 'at2'")
  await ana.next(({ type, changes }) => type === 'changes' && changes[0].action === 'leave')

  // A look at whose rights depend on the time may find the record before its change is told: it enters then.
  expect(ana.changes('Account:a1/account_users')).toMatchObject([
    {
      model: 'accountUser',
      id: 'u3',
      action: expect.stringMatching(/^(create|enter)$/),
      fields: { userId: 'cleo' },
    },
  ])
  expect(ana.changes('Account:a1/tags')).toMatchObject([
    { id: 't2', action: 'enter', fields: { name: 'blue' } },
    { id: 't2', action: 'leave' },
  ])
})

test('all records of a shared model reach whoever may have all', async () => {
  const ana = await server.socket('ana', { device: 'slice h' })
  await ana.join('Lens:all')

  await server.query("insert into lenses values ('l2', 'Eighty-five')")
  await ana.next(({ type }) => type === 'changes')

  expect(ana.changes('Lens:all')).toMatchObject([
    { model: 'lens', id: 'l2', action: 'create', fields: { name: 'Eighty-five' } },
  ])
  await expect((await server.socket('eve', { device: 'slice i' })).join('Lens:all')).rejects.toThrow(
    'not_found',
  )
})

test('a ping is answered with a cursor for every joined channel', async () => {
  const ana = await server.socket('ana', { device: 'slice j' })
  await ana.join('Production:p1')
  await ana.join('Production:mine')
  await server.query("update lenses set name = 'Elsewhere' where id = 'l1'")

  ana.send({ type: 'ping', pending: { count: 0, oldestMs: 0 } })
  const { cursor } = await ana.next(({ type }) => type === 'pong')
  const again = await server.socket('ana', { device: 'slice j' })
  await again.join('Production:p1', cursor)
  await again.join('Production:mine', cursor)

  expect(again.messages.map(({ type }) => type)).toEqual(['welcome', 'ack', 'joined', 'joined'])
})

test('what is left is sent no more', async () => {
  const ana = await server.socket('ana', { device: 'slice k' })
  await ana.join('Production:p1')
  await ana.join('Lens:all')
  ana.send({ type: 'leave', channel: 'Production:p1' })
  ana.send({ type: 'ping' })
  await ana.next(({ type }) => type === 'pong')

  await server.query("update cameras set name = 'Unseen' where id = 'c1'")
  await server.query("update lenses set name = 'Seen' where id = 'l1'")
  await ana.next(({ type }) => type === 'changes')

  expect(ana.changes('Production:p1')).toEqual([])
})

test('a parent that moves under REPEATABLE READ takes along the children it did not see', async () => {
  await server.query("insert into cameras values ('mover', 'p1', 'Mover')")
  const ana = await server.socket('ana', { device: 'slice l' })
  await Promise.all([ana.join('Production:p1'), ana.join('Production:p2')])
  const mover = await server.database.connect()
  await mover.query('begin isolation level repeatable read')
  await mover.query('select 1 from cameras')

  await server.query("insert into photos values ('unseen', 'mover', 'Unseen')")
  await mover.query("update cameras set production_id = 'p2' where id = 'mover'")
  await mover.query('commit')
  await ana.next(
    ({ type, channel, changes, rows }) =>
      channel === 'Production:p2' &&
      JSON.stringify(type === 'rows' ? rows : (changes ?? [])).includes('unseen'),
  )

  // Each room is told by a frame of its own.
  await expect.poll(() => [...copyOf(ana.messages, 'Production:p1').keys()]).not.toContain('photo unseen')
  expect([...copyOf(ana.messages, 'Production:p2').keys()]).toContain('photo unseen')
})
