/** A connection's life: hello, limits, acks, renewal, goodbye. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../src/server/index.ts'
import { startStageServer, type StageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    limits: { helloTimeoutMs: 3_000, channelsPerConnection: 3, opsPerPush: 5 },
  })
})
afterAll(() => server.close())

const HELLO = { type: 'hello', protocol: 1, device: 'sessions', schema: 2, token: 'ana' }
const update = (n: number, name: string, id = 'c1') => ({
  n,
  model: 'camera',
  id,
  action: 'update',
  fields: { name },
})

test('a first frame that is not hello is refused with hello_first, whatever it is', async () => {
  for (const first of [
    '{"type":"ping"}',
    'no json',
    '[]',
    '{}',
    '{"type":"join","channel":"Production:p1"}',
  ]) {
    const socket = await server.socket()

    socket.send(first)

    expect(await socket.closed).toBe(4000)
    expect(socket.messages.map(({ type, code }) => [type, code])).toEqual([['error', 'hello_first']])
  }
})

test('a socket that says no hello is closed', async () => {
  const socket = await server.socket()

  expect(await socket.closed).toBe(4000)
  expect(socket.messages).toMatchObject([{ type: 'error', code: 'hello_first' }])
})

test('a hello without proof is unauthenticated', async () => {
  const socket = await server.socket()

  socket.send({ ...HELLO, token: undefined })

  expect(await socket.closed).toBe(4001)
  expect(socket.messages).toMatchObject([{ type: 'error', code: 'unauthenticated' }])
})

test('what is sent with hello waits for welcome, up to 64 KiB', async () => {
  const patient = await server.socket()
  patient.send({ ...HELLO, device: 'patient' })
  patient.send({ type: 'join', channel: 'Production:p1' })
  patient.send({ type: 'ping' })
  await patient.next(({ type }) => type === 'joined')

  const eager = await server.socket()
  eager.send({ ...HELLO, device: 'eager' })
  for (let message = 0; message < 80; message++)
    eager.send({ type: 'join', channel: `Production:${'x'.repeat(1_000)}` })

  expect(patient.messages[0]?.type).toBe('welcome')
  expect(await eager.closed).toBe(1009)
  expect(eager.messages).toMatchObject([{ type: 'error', code: 'too_large' }])
})

test('a device belongs to one user', async () => {
  const ana = await server.socket('ana', { device: 'taken' })
  ana.send({ type: 'push', ops: [update(1, 'First')] })
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)
  const ben = await server.socket()

  ben.send({ ...HELLO, device: 'taken', token: 'ben' })

  expect(await ben.closed).toBe(4010)
  expect(ben.messages).toMatchObject([{ type: 'error', code: 'device_taken' }])
})

test('an old schema may push but not join', async () => {
  const ana = await server.socket('ana', { device: 'old', schema: 1 })

  ana.send({ type: 'join', channel: 'Production:p1' })
  ana.send({ type: 'push', ops: [update(1, 'From an old app')] })
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)

  expect(ana.messages.find(({ type }) => type === 'error')).toMatchObject({
    code: 'schema_too_old',
    channel: 'Production:p1',
  })
})

test('joining again is answered again', async () => {
  const ana = await server.socket('ana', { device: 'twice' })

  const cursor = await ana.join('Production:p1')
  await ana.join('Production:p1')
  await ana.join('Production:p1', cursor)
  await server.query("update cameras set zoom = zoom + 1 where id = 'c1'")
  await ana.next(({ type }) => type === 'changes')

  expect(ana.messages.filter(({ type }) => type === 'joined')).toHaveLength(3)
  expect(ana.changes('Production:p1')).toHaveLength(1)
})

test('channels beyond the limit are refused by name, and one that was left makes room', async () => {
  const ana = await server.socket('ana', { device: 'many' })
  for (const channel of ['Production:p1', 'Production:p2', 'Lens:all']) await ana.join(channel)

  await expect(ana.join('Production:mine')).rejects.toThrow('too_many_channels')
  ana.send({ type: 'leave', channel: 'Lens:all' })
  await ana.join('Production:mine')
})

test('presence is answered as disabled', async () => {
  const ana = await server.socket('ana', { device: 'later' })

  ana.send({ type: 'presence', channel: 'Production:p1', state: { at: 'name' } })

  expect(await ana.next(({ type }) => type === 'error')).toMatchObject({
    code: 'disabled',
    channel: 'Production:p1',
  })
})

test('faults of a push: too many ops, a transaction cut in two, a gap; none changes anything', async () => {
  const ana = await server.socket('ana', { device: 'faults' })

  ana.send({ type: 'push', ops: [1, 2, 3, 4, 5, 6].map((n) => update(n, 'x')) })
  ana.send({ type: 'push', ops: [{ ...update(1, 'x'), tx: 2 }] })
  ana.send({ type: 'push', ops: [update(3, 'x')] })
  await ana.next(({ type }) => type === 'gap')

  expect(ana.messages.slice(2)).toMatchObject([
    { type: 'error', code: 'too_large', n: 1 },
    { type: 'error', code: 'split_transaction', n: 1 },
    { type: 'gap', expected: 1 },
  ])
})

test('W3: a fault inside an op is a rejection, told again after hello until it was read', async () => {
  const ana = await server.socket('ana', { device: 'rejected' })
  ana.send({ type: 'push', ops: [{ ...update(1, 'x'), fields: { nam: 'x' } }, update(2, 'fine')] })
  const ack = await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 2)
  ana.terminate()

  const again = await server.socket('ana', { device: 'rejected' })
  again.send({ type: 'push', ops: [], read: 2 })
  await again.next(({ type }) => type === 'ack', 2)
  again.terminate()
  const third = await server.socket('ana', { device: 'rejected' })

  expect(ack['rejected']).toMatchObject([{ n: 1, code: 'unknown_field', field: 'nam' }])
  expect(again.messages[1]).toMatchObject({ type: 'ack', lastOp: 2, rejected: [{ n: 1 }] })
  expect(third.messages[1]).toMatchObject({ type: 'ack', lastOp: 2, rejected: [] })
})

test('an ack stands behind every frame that its ops caused, in rooms and lists', async () => {
  const ana = await server.socket('ana', { device: 'acks' })
  await ana.join('Production:p1')
  await ana.join('Production:mine')

  for (let n = 1; n <= 50; n++) {
    ana.send({
      type: 'push',
      ops: [{ n, model: 'production', id: 'p1', action: 'update', fields: { name: `Title ${n}` } }],
    })
    // A guarding table changes too: the room is held, and the ack must wait with it.
    if (n % 5 === 0) await server.query("insert into crew values ('p1', $1)", [`extra ${n}`])
  }
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 50)

  const seen = { 'Production:p1': 0, 'Production:mine': 0 }
  for (const message of ana.messages) {
    if (message.type === 'changes') {
      for (const { fields } of message['changes']) {
        const number = Number(/\d+$/.exec(fields.name)?.[0])
        const channel = message['channel'] as keyof typeof seen
        seen[channel] = Math.max(seen[channel], number)
      }
    }
    if (message.type === 'ack') {
      expect(seen['Production:p1']).toBeGreaterThanOrEqual(message['lastOp'])
      expect(seen['Production:mine']).toBeGreaterThanOrEqual(message['lastOp'])
    }
  }
})

test('a device recognises its own changes by a hash, and alone reads the number of its op', async () => {
  const ana = await server.socket('ana', { device: 'author' })
  const ben = await server.socket('ben', { device: 'reader' })
  const cursor = await ana.join('Production:p1')
  await ben.join('Production:p1')
  ana.send({ type: 'push', ops: [update(1, 'Authored')] })
  await ben.next(({ type }) => type === 'changes')
  ana.terminate()

  const again = await server.socket('ana', { device: 'author' })
  await again.join('Production:p1', cursor)

  expect(ben.changes('Production:p1')[0]).toHaveProperty('device')
  expect(ben.changes('Production:p1')[0]).not.toHaveProperty('op')
  expect(ben.frames.join()).not.toContain('author')
  expect(again.changes('Production:p1')[0]).toMatchObject({
    op: 1,
    device: ben.changes('Production:p1')[0]?.['device'],
  })
})

test('a flood is limited by name, and others are not', async () => {
  const flooding = await server.socket('ana', { device: 'flood' })
  const calm = await server.socket('ben', { device: 'calm' })

  for (let message = 0; message < 1_500; message++) flooding.send({ type: 'ping' })
  const limited = await flooding.next(({ code }) => code === 'rate_limited')
  calm.send({ type: 'ping' })

  expect(limited['retryAfterMs']).toBeGreaterThan(0)
  await calm.next(({ type }) => type === 'pong')
})

test('a token is renewed in place; one of somebody else is not taken', async () => {
  const own = await startStageServer({
    limits: { expiryGraceMs: 300 },
    authenticate: (request) => {
      const [, user, forMs] = /^Bearer (\w+)-(\d+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      return user ? { user: { id: user }, expiresAtMs: Date.now() + Number(forMs) } : null
    },
  })
  try {
    const ana = await own.socket()
    ana.send({ ...HELLO, token: 'ana-5000' })
    await ana.next(({ type }) => type === 'ack')
    await ana.join('Production:p1')
    ana.send({ type: 'token', token: 'ben-60000' })
    await ana.next(({ code }) => code === 'unauthenticated')
    ana.send({ type: 'token', token: 'ana-7000' })
    const renewedAtMs = Date.now()

    const code = await ana.closed
    const livedMs = Date.now() - renewedAtMs

    expect(code).toBe(4002)
    expect(ana.messages.at(-1)).toMatchObject({ type: 'error', code: 'token_expired' })
    // The first token would have ended it after 5,300 ms at most.
    expect(livedMs).toBeGreaterThan(6_000)
  } finally {
    await own.close()
  }
})

test('a token that changes what the user may do changes lists and rooms in place', async () => {
  const own = await startStageServer({
    authenticate: (request) => {
      const [, user, role] = /^Bearer (\w+)-(\w+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      return user ? { user: { id: user, isAdmin: role === 'admin' } } : null
    },
    access: {
      production: {
        accessibleBy: (user, production) => (user['isAdmin'] ? sql.all : sql`${production.id} = 'p1'`),
      },
    },
  })
  try {
    const ana = await own.socket()
    ana.send({ ...HELLO, token: 'ana-admin' })
    await ana.next(({ type }) => type === 'ack')
    await ana.join('Production:mine')
    await ana.join('Production:p2')

    ana.send({ type: 'token', token: 'ana-guest' })
    await ana.next(({ type, channel }) => type === 'gone' && channel === 'Production:p2')
    const snapshot = await ana.next(({ type }) => type === 'snapshot')
    const from = ana.messages.indexOf(snapshot)
    const rows = await ana.next(({ type }) => type === 'rows', from)

    expect(rows).toMatchObject({ channel: 'Production:mine', rows: [['p1', 1, null, 'One']], more: false })
  } finally {
    await own.close()
  }
})

test('A1: a token that changes what the user may do ends a list that is still being loaded, and the new one is joined', async () => {
  const roles: unknown[] = []
  const own = await startStageServer({
    authenticate: (request) => {
      const [, user, role] = /^Bearer (\w+)-(\w+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      roles.push(role)
      return user ? { user: { id: user, isAdmin: role === 'admin' } } : null
    },
    access: {
      production: {
        accessibleBy: (user, production) => (user['isAdmin'] ? sql.all : sql`${production.id} = 'p1'`),
      },
    },
  })
  const holder = new pg.Client(own.database.url)
  try {
    const ana = await own.socket()
    ana.send({ ...HELLO, token: 'ana-admin' })
    await ana.next(({ type }) => type === 'ack')
    await holder.connect()
    await holder.query('begin; lock table productions in access exclusive mode')
    ana.send({ type: 'join', channel: 'Production:mine' })
    await until(holder, "wait_event_type = 'Lock' and query like '%productions%'")

    ana.send({ type: 'token', token: 'ana-guest' })
    await expect.poll(() => roles).toContain('guest')
    await holder.query('commit')
    await ana.next(({ type }) => type === 'joined')

    expect(ana.frames.join()).not.toContain('Two')
    const rows = ana.messages.filter(({ type }) => type === 'rows')
    expect(rows).toMatchObject([{ channel: 'Production:mine', rows: [['p1', 1, null, 'One']], more: false }])
  } finally {
    await holder.end()
    await own.close()
  }
})

/** Waits until another session of the database is in this state. */
async function until(client: pg.Client, state: string): Promise<void> {
  const query = `select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and ${state}`
  await expect
    .poll(async () => {
      // Within a transaction the activity is what it was when it was first asked for.
      await client.query('select pg_stat_clear_snapshot()')
      return (await client.query<{ count: number }>(query)).rows[0]?.count
    })
    .toBeGreaterThan(0)
}

test('a deleted session ends its connections at once', async () => {
  let isOpen = true
  const identify = () => ({ user: { id: 'ana' }, isStillValid: async () => isOpen })
  const own = await startStageServer({ authenticate: Object.assign(identify, { dependsOn: ['crew'] }) })
  try {
    const ana = await own.socket('ana')
    isOpen = false
    await own.query("delete from crew where user_id = 'ben'")

    expect(await ana.closed).toBe(4003)
    expect(ana.messages.at(-1)).toMatchObject({ type: 'bye', code: 'session_ended', reconnect: false })
  } finally {
    await own.close()
  }
})

test('sync turned off says bye without reconnect, at once and per user', async () => {
  const own = await startStageServer()
  try {
    const ana = await own.socket('ana')
    const ben = await own.socket('ben')

    own.sync.enable((user) => user.id !== 'ana')
    const code = await ana.closed
    ben.send({ type: 'ping' })
    await ben.next(({ type }) => type === 'pong')
    const again = await own.socket()
    again.send(HELLO)
    await again.closed

    expect(code).toBe(4015)
    expect(ana.messages.at(-1)).toEqual({ type: 'bye', code: 'disabled', reconnect: false })
    expect(again.messages).toEqual([{ type: 'bye', code: 'disabled', reconnect: false }])
  } finally {
    await own.close()
  }
})

test('W1: a server that stops finishes what it accepted, then says when to come back', async () => {
  const own = await startStageServer()
  const ana = await own.socket('ana')
  for (let n = 1; n <= 20; n++) ana.send({ type: 'push', ops: [update(n, `Last ${n}`)] })
  ana.send({ type: 'ping' })
  await ana.next(({ type }) => type === 'pong')

  await own.sync.close({ graceMs: 30_000 })

  expect(await ana.closed).toBe(1012)
  expect(ana.messages.at(-1)).toMatchObject({ type: 'bye', code: 'restart', reconnect: true })
  expect(ana.messages.at(-1)?.['afterMs']).toBeGreaterThanOrEqual(0)
  expect(ana.messages.filter(({ type }) => type === 'ack').at(-1)).toMatchObject({ lastOp: 20 })
  await own.close()
})
