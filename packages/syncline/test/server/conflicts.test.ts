/** Who hears of a conflict, wherever they are connected, and who must not. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Message, type RawClient, type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer
let other: StageServer
let made = 0

beforeAll(async () => {
  server = await startStageServer()
  other = await startStageServer({ beside: server })
})
afterAll(async () => {
  await other.close()
  await server.close()
})

/** A camera of version 1, in a production whose crew these are. */
async function newCamera(...crew: string[]): Promise<{ id: string; production: string }> {
  const [id, production] = [`camera ${++made}`, `production ${made}`]
  await server.query("insert into productions values ($1, 'A')", [production])
  await server.query('insert into crew select $1, unnest($2::text[])', [production, crew])
  await server.query("insert into cameras values ($1, $2, 'A camera', 0)", [id, production])
  return { id, production }
}

const leave = (production: string, user: string) =>
  server.query('delete from crew where production_id = $1 and user_id = $2', [production, user])
const enter = (production: string, user: string) =>
  server.query('insert into crew values ($1, $2)', [production, user])

/** A device of its own, connected to one of the nodes. */
class Device {
  readonly socket: RawClient
  readonly name: string
  #n = 0

  constructor(socket: RawClient, name: string) {
    this.socket = socket
    this.name = name
  }

  /** Sends a deletion; answers the ack. */
  remove(id: string, more: object): Promise<Message> {
    return this.#send({ model: 'camera', id, action: 'delete', ...more })
  }

  /** Sends one op, an update with the record's first version as its base; answers the ack. */
  push(id: string, fields: Record<string, unknown> | null, more: object = { base: 1 }): Promise<Message> {
    if (!fields) return this.remove(id, {})
    return this.#send({ model: 'camera', id, action: 'update', fields, ...more })
  }

  #send(op: object): Promise<Message> {
    const n = ++this.#n
    this.socket.send({ type: 'push', ops: [{ n, ...op }] })
    return this.socket.next(({ type, lastOp }) => type === 'ack' && lastOp === n)
  }

  /** The next entry about this record in a `conflicts` message. */
  async told(id: string): Promise<Message> {
    const message = await this.socket.next(
      ({ type, conflicts }) => type === 'conflicts' && conflicts.some(isAbout(id)),
    )
    return message['conflicts'].find(isAbout(id))
  }

  /** Every entry about this record in `conflicts` messages so far. */
  heard(id: string): Message[] {
    const messages = this.socket.messages.filter(({ type }) => type === 'conflicts')
    return messages.flatMap(({ conflicts }) => conflicts).filter(isAbout(id))
  }
}

const isAbout =
  (id: string) =>
  ({ record }: { record: string }) =>
    record === id

async function device(user: string, node = server): Promise<Device> {
  const name = `device ${++made}`
  return new Device(await node.socket(user, { device: name }), name)
}

/** What the `ack` after `welcome` says about this record. */
async function afterHello(user: string, id: string): Promise<Message[]> {
  const { socket } = await device(user)
  return (await socket.next(({ type }) => type === 'ack'))['conflicts'].filter(isAbout(id))
}

async function http(user: string, path: string, method: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${user}`, 'content-type': 'application/json' }
  const init = { method, headers, body: JSON.stringify(body) }
  return server.sync.fetch(new Request(`http://localhost${path}`, init))
}

/** Lets `reader` meet a conflict that they may hear of: what was to be told before has been told then. */
async function letSomethingElseBeTold(reader: Device, user: string): Promise<void> {
  const { id } = await newCamera('dora', user)
  await reader.push(id, { name: 'before' })
  await (await device('dora')).push(id, { name: 'after' })
  await reader.told(id)
}

test('A1, A2: who lost the right hears of no conflict with what others write then, and of it all when it is back', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  const cleo = await device('cleo')
  await cleo.push(id, { name: "Cleo's" })
  await leave(production, 'cleo')

  const { conflicts } = await (await device('ben')).push(id, { name: 'SECRET' })
  await letSomethingElseBeTold(cleo, 'cleo')
  const pull = await http('cleo', '/sync/pull', 'POST', { device: cleo.name, joins: [] })
  const pulled = await pull.text()
  const greeted = await afterHello('cleo', id)

  expect(conflicts).toMatchObject([{ mine: 'SECRET', theirs: "Cleo's", outcome: 'won' }])
  expect(cleo.heard(id)).toEqual([])
  expect(cleo.socket.frames.filter((frame) => frame.includes('SECRET'))).toEqual([])
  expect(pulled).toContain('"ack"')
  expect(pulled).not.toContain('SECRET')
  expect(greeted).toEqual([])
  await enter(production, 'cleo')
  expect(await afterHello('cleo', id)).toMatchObject([
    { mine: "Cleo's", theirs: 'SECRET', by: 'ben', outcome: 'lost' },
  ])
})

test('A1: a record that moved to where its author cannot see it tells them nothing more', async () => {
  const { id } = await newCamera('ana', 'ben')
  const elsewhere = await newCamera('ana')
  const ben = await device('ben')
  await ben.push(id, { name: "Ben's" })
  await server.query('update cameras set production_id = $2 where id = $1', [id, elsewhere.production])

  await (await device('ana')).push(id, { name: 'SECRET' })
  await letSomethingElseBeTold(ben, 'ben')

  expect(ben.heard(id)).toEqual([])
  expect(await afterHello('ben', id)).toEqual([])
})

test('A1, W3: what an op met is told without the value of the other while its author may not see the record', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  await (await device('ben')).push(id, { name: "Ben's" })
  const { conflicts } = await (await device('cleo')).push(id, { name: "Cleo's" })

  await leave(production, 'cleo')
  const without = await afterHello('cleo', id)
  await enter(production, 'cleo')

  expect(conflicts).toMatchObject([{ mine: "Cleo's", theirs: "Ben's", by: 'ben', outcome: 'won' }])
  expect(without).toEqual([{ ...conflicts[0], theirs: null, by: null }])
  expect(await afterHello('cleo', id)).toEqual(conflicts)
})

test('W3: conflicts reach every device of both authors once, on whichever node it is', async () => {
  const { id } = await newCamera('ben', 'cleo')
  const [cleoHere, cleoThere] = [await device('cleo'), await device('cleo', other)]
  const [benHere, benThere] = [await device('ben'), await device('ben', other)]
  await cleoHere.push(id, { name: "Cleo's" })

  const { conflicts } = await benThere.push(id, { name: "Ben's" })
  await Promise.all([cleoHere, cleoThere, benHere].map((told) => told.told(id)))
  await letSomethingElseBeTold(cleoHere, 'cleo')
  await letSomethingElseBeTold(cleoThere, 'cleo')

  const bens = { mine: "Ben's", theirs: "Cleo's", by: 'cleo', base: 1, outcome: 'won' }
  const cleos = { mine: "Cleo's", theirs: "Ben's", by: 'ben', outcome: 'lost' }
  expect(conflicts).toMatchObject([bens])
  expect(benHere.heard(id)).toEqual(conflicts)
  expect(benThere.heard(id)).toEqual([])
  expect(cleoHere.heard(id)).toMatchObject([cleos])
  expect(cleoThere.heard(id)).toEqual(cleoHere.heard(id))
})

test('W3: what was written to a deleted record is told at once, to all devices of its author and of who deleted it', async () => {
  const { id } = await newCamera('ben', 'cleo')
  const [cleo, ben, benThere] = [await device('cleo'), await device('ben'), await device('ben', other)]
  await cleo.push(id, null)

  const { rejected, conflicts } = await ben.push(id, { name: 'keep me' })
  await Promise.all([benThere.told(id), cleo.told(id)])

  expect(rejected).toMatchObject([{ code: 'deleted', message: expect.stringContaining('are kept') }])
  expect(conflicts).toMatchObject([
    { record: id, field: 'name', mine: 'keep me', theirs: null, by: 'cleo', base: 1, outcome: 'lost' },
  ])
  expect(benThere.heard(id)).toEqual(conflicts)
  expect(ben.heard(id)).toEqual([])
  expect(cleo.heard(id)).toMatchObject([{ mine: null, theirs: 'keep me', by: 'ben', outcome: 'won' }])
  expect(await afterHello('ben', id)).toEqual(conflicts)
})

test('W3: so is what REST wrote to a deleted record; a delete of it has nothing to keep, and says so', async () => {
  const { id } = await newCamera('ben', 'cleo')
  const [cleo, ben] = [await device('cleo'), await device('ben')]
  await cleo.push(id, null)

  const put = await http('ben', `/api/cameras/${encodeURIComponent(id)}`, 'PUT', { name: 'keep me' })
  const told = await ben.told(id)
  const { rejected, conflicts } = await ben.push(id, null)

  expect(put.status).toBe(409)
  expect(told).toMatchObject({ mine: 'keep me', by: 'cleo', outcome: 'lost' })
  expect(conflicts).toEqual([])
  expect(rejected).toMatchObject([{ code: 'deleted', message: expect.not.stringContaining('kept') }])
})

test('A1: what was written to a deleted record is told to nobody who could not see it', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  const cleo = await device('cleo')
  await cleo.push(id, null)
  await leave(production, 'cleo')

  const { conflicts } = await (await device('ben')).push(id, { name: 'SECRET' })
  await letSomethingElseBeTold(cleo, 'cleo')

  expect(conflicts).toMatchObject([{ mine: 'SECRET' }])
  expect(cleo.heard(id)).toEqual([])
  expect(await afterHello('cleo', id)).toEqual([])
})

test('W3: what an op without a base met is told to its author as any other, also without the right', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  await (await device('cleo')).push(id, null)
  const { conflicts } = await (await device('ben')).push(id, { name: 'keep me' }, {})

  await leave(production, 'ben')

  expect(conflicts).toMatchObject([{ mine: 'keep me', by: 'cleo', outcome: 'lost' }])
  expect(await afterHello('ben', id)).toEqual([{ ...conflicts[0], by: null }])
})

test('A1: who was spared a deletion is told of it as of all that others do: when they may see the record', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  await (await device('cleo')).push(id, { name: "Cleo's" })
  const { conflicts } = await (await device('ben')).remove(id, { base: 1, unlessChanged: true })
  const told = await afterHello('cleo', id)
  await leave(production, 'cleo')
  await server.query('delete from cameras where id = $1', [id])
  // As when the log is pruned: nothing says any more what the record was.
  await server.query('delete from syncline.log where id = $1', [id])

  const afterwards = await afterHello('cleo', id)

  expect(conflicts).toMatchObject([{ mine: null, theirs: "Cleo's", outcome: 'lost' }])
  expect(told).toMatchObject([{ mine: "Cleo's", theirs: null, by: 'ben', outcome: 'won' }])
  expect(afterwards).toEqual([])
})

test('W3: what was withheld is told when the right is back, whole and once', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  const [ben, cleo] = [await device('ben'), await device('cleo')]
  await cleo.push(id, { name: "Cleo's" })
  await leave(production, 'cleo')
  const { conflicts } = await ben.push(id, { name: "Ben's" })
  await letSomethingElseBeTold(cleo, 'cleo')
  const before = cleo.heard(id)

  await enter(production, 'cleo')
  await cleo.told(id)
  await server.query("update cameras set name = 'later' where id = $1", [id])
  await letSomethingElseBeTold(cleo, 'cleo')

  expect(conflicts).toMatchObject([{ outcome: 'won' }])
  expect(before).toEqual([])
  expect(cleo.heard(id)).toMatchObject([{ mine: "Cleo's", theirs: "Ben's", by: 'ben', outcome: 'lost' }])
})

test('W3: what an op met is told whole when its author may see the record again, on a node that said it without', async () => {
  const { id, production } = await newCamera('ben', 'cleo')
  await (await device('ben')).push(id, { name: "Ben's" })
  const { conflicts } = await (await device('cleo')).push(id, { name: "Cleo's" })
  await leave(production, 'cleo')
  const { socket } = await device('cleo', other)
  const greeted = await socket.next(({ type }) => type === 'ack')

  await enter(production, 'cleo')
  const told = await socket.next(({ type, conflicts: all }) => type === 'conflicts' && all.some(isAbout(id)))

  expect(greeted['conflicts'].filter(isAbout(id))).toEqual([{ ...conflicts[0], theirs: null, by: null }])
  expect(told['conflicts'].filter(isAbout(id))).toEqual(conflicts)
})
