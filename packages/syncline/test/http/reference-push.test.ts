/** `POST /sync/push` in the form of clients that send operations with ids of their own. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newKey, type StageServer, startStage } from './stage-server.ts'

let stage: StageServer

beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers'))[0] as string)
})

afterAll(() => stage.close())

const bodyOf = async <T>(response: Response) => (await response.json()) as T
const push = (user: string, body: object) => stage.as(user, '/sync/push', { json: body })

interface Operations {
  readonly applied: readonly string[]
  readonly rejected: readonly { readonly id: string; readonly code: string; readonly message: string }[]
}

test('W2: operations with ids of their own are applied once for each device and id', async () => {
  const deviceId = newKey()
  const operation = (id: string, type: string, entityId: string, data?: object) => ({
    id,
    type,
    entity: 'camera',
    entityId,
    data,
  })
  const operations = [
    operation('o1', 'CREATE', `camera:${deviceId}`, { productionId: 'p1', name: 'Made offline' }),
    operation('o2', 'update', deviceId, { name: 'Renamed' }),
    operation('o3', 'UPDATE', 'c4', { name: 'Not mine' }),
    operation('o4', 'UPDATE', deviceId, { ownerId: 'me' }),
    { id: 'o5', type: 'EXPLODE' },
    operation('o6', 'UPDATE', deviceId, { zoom: 4 }),
  ]

  const first = await bodyOf<{ applied: string[]; rejected: { id: string; code: string }[] }>(
    await push('ben', { operations, deviceId }),
  )
  await stage.as('ben', `/api/cameras/${deviceId}`, { method: 'PUT', json: { name: 'Later' } })
  const again = await bodyOf<{ applied: string[] }>(await push('ben', { operations, deviceId }))
  const other = await bodyOf<{ applied: string[] }>(
    await push('cleo', { operations: operations.slice(0, 2), deviceId }),
  )

  expect(first).toMatchObject({ applied: ['o1', 'o2', 'o6'] })
  expect(first.rejected.map(({ id, code }) => [id, code])).toEqual([
    ['o3', 'not_found'],
    ['o4', 'protected_field'],
    ['o5', 'invalid_message'],
  ])
  expect(again.applied).toEqual(['o1', 'o2', 'o6'])
  expect(other.applied).toEqual([])
  expect(
    await stage.database.query('select name, zoom, version from cameras where id = $1', [deviceId]),
  ).toEqual([{ name: 'Later', zoom: 4, version: 4 }])
})

test('A4: an UPDATE may carry the record as it was pulled: what may not be written is no write where it is as it was', async () => {
  const deviceId = newKey()
  const path = '/api/cues/whole'
  await stage.database.query("insert into cues (id, production_id, line) values ('whole', 'p1', 'Curtain')")
  const read = async () => (await bodyOf<{ data: object }>(await stage.as('ben', path))).data
  const send = async (id: string, data: object) =>
    bodyOf<Operations>(
      await push('ben', {
        deviceId,
        operations: [{ id, type: 'UPDATE', entity: 'cue', entityId: 'whole', data }],
      }),
    )
  const pulled = await read()

  const first = await send('o1', { ...pulled, line: 'Lights' })
  const again = await send('o1', { ...pulled, line: 'Lights' })
  const late = await send('o2', { ...pulled, line: 'Sound' })
  const changed = await send('o3', { ...(await read()), author: 'cleo' })

  expect([first.applied, again.applied, late.applied]).toEqual([['o1'], ['o1'], []])
  expect([late, changed].map(({ rejected }) => rejected[0]?.code)).toEqual(['changed', 'protected_field'])
  expect(await read()).toMatchObject({ line: 'Lights', author: 'ben', version: 2 })
})

test('W1 W2: an id that comes again with another operation is refused, and the same operation is applied once', async () => {
  const deviceId = newKey()
  const operation = { id: 'o1', type: 'UPDATE', entity: 'camera', entityId: 'c2' }
  const send = async (sent: object) =>
    bodyOf<Operations>(await push('ben', { deviceId, operations: [{ ...operation, ...sent }] }))
  const note = async () =>
    (await stage.database.query<{ note: string }>("select note from cameras where id = 'c2'"))[0]?.note

  const first = await send({ data: { note: 'First', zoom: 2 } })
  const others = [
    await send({ data: { note: 'Second', zoom: 2 } }),
    await send({ data: { note: 'First' } }),
    await send({ data: { note: 'First', zoom: 2 }, entityId: 'c1' }),
    await send({ type: 'DELETE' }),
  ]
  const again = await send({ data: { id: 'c2', zoom: 2, note: 'First' }, type: 'update', synced: false })

  expect([first.applied, again.applied]).toEqual([['o1'], ['o1']])
  for (const { applied, rejected } of others) {
    expect(applied).toEqual([])
    expect(rejected).toMatchObject([{ id: 'o1', code: 'invalid_value' }])
    expect(rejected[0]?.message).toContain('sent before with another body')
  }
  expect(await note()).toBe('First')
})

test('W2: a device and an id are told apart from others that read alike', async () => {
  const id = newKey()
  const operation = { type: 'UPDATE', entity: 'camera', entityId: 'c2' }

  const answers = [
    await push('ben', {
      deviceId: `${id} a`,
      operations: [{ ...operation, id: 'b', data: { note: 'One' } }],
    }),
    await push('ben', { deviceId: id, operations: [{ ...operation, id: 'a b', data: { note: 'Two' } }] }),
  ]

  for (const answer of answers) expect(await bodyOf<Operations>(answer)).toMatchObject({ rejected: [] })
  expect(await stage.database.query("select note from cameras where id = 'c2'")).toEqual([{ note: 'Two' }])
})

test('W3: an operation is answered under its id as it was given, also when that is a number or no id at all', async () => {
  const deviceId = newKey()
  const operation = { type: 'UPDATE', entity: 'camera', entityId: 'c2', data: { note: 'Counted' } }
  const send = async (...ids: unknown[]) =>
    bodyOf<Operations>(await push('ben', { deviceId, operations: ids.map((id) => ({ ...operation, id })) }))

  await stage.database.query("insert into cameras (id, production_id, name) values ('41', 'p1', 'Counted')")

  const sent = await send(7, 0, 2 ** 60, { n: 1 }, true, undefined)
  const again = await send('7')
  const record = await push('ben', { deviceId, operations: [{ ...operation, id: 'r', entityId: 41 }] })

  expect(sent.applied).toEqual(['7', '0'])
  expect(sent.rejected.map(({ id, code }) => [id, code])).toEqual([
    [String(2 ** 60), 'invalid_message'],
    ['{"n":1}', 'invalid_message'],
    ['true', 'invalid_message'],
    ['', 'invalid_message'],
  ])
  expect(again.applied).toEqual(['7'])
  expect(await bodyOf<Operations>(record)).toMatchObject({ applied: ['r'], rejected: [] })
  expect(await stage.database.query("select note from cameras where id in ('41', 'c2')")).toEqual([
    { note: 'Counted' },
    { note: 'Counted' },
  ])
})

test('W2: an operation is logged with its device, which finds itself in what it pulls, and moves no device row', async () => {
  const device = newKey()
  const native = newKey()
  const pulled = async (user: string, deviceId: string, since: number) =>
    bodyOf<{
      readonly serverSeq: number
      readonly ops: readonly { readonly entityId: string; readonly clientId: string | null }[]
    }>(await stage.as(user, `/sync/pull?since=${since}&deviceId=${deviceId}`))
  const starts = [
    await pulled('ben', device, 0),
    await pulled('ben', native, 0),
    await pulled('ben', 'other', 0),
    await pulled('ana', device, 0),
  ].map(({ serverSeq }) => serverSeq)
  const sameName = { deviceId: device, operations: [operationOn('c2', 'By ana')] }

  await push('ben', { deviceId: device, operations: [operationOn('c1', 'By its device')] })
  await push('ana', sameName)
  const ops = [{ n: 1, key: newKey(), model: 'camera', id: 'c1', action: 'update', fields: { zoom: 7 } }]
  await push('ben', { device: native, ops })
  const [own, ownNative, others, another] = [
    await pulled('ben', device, starts[0] as number),
    await pulled('ben', native, starts[1] as number),
    await pulled('ben', 'other', starts[2] as number),
    await pulled('ana', device, starts[3] as number),
  ].map((answer) => answer.ops.map(({ entityId, clientId }) => `${entityId} ${clientId}`))

  expect(own).toEqual([`c1 ${device}`, 'c2 null', 'c1 null'])
  expect(ownNative).toEqual(['c1 null', 'c2 null', `c1 ${native}`])
  expect(others).toEqual(['c1 null', 'c2 null', 'c1 null'])
  expect(another).toEqual(['c1 null', `c2 ${device}`, 'c1 null'])
  expect(
    await stage.database.query(
      'select entity_id, user_id from syncline.ops where client_id = $1 order by 1',
      [device],
    ),
  ).toEqual([
    { entity_id: 'c1', user_id: 'ben' },
    { entity_id: 'c2', user_id: 'ana' },
  ])
  expect(await stage.database.query('select op from syncline.log where device = $1', [device])).toEqual([
    { op: null },
    { op: null },
  ])
  expect(await stage.database.query('select from syncline.devices where device = $1', [device])).toEqual([])
})

test('operations that are committed together keep each its device', async () => {
  const devices = Array.from({ length: 60 }, () => newKey())
  const created = (device: string) => ({
    id: 'o1',
    type: 'CREATE',
    entity: 'camera',
    entityId: device,
    data: { productionId: 'p1', name: 'Together' },
  })
  const changed = (device: string) => ({
    ...created(device),
    id: 'o2',
    type: 'UPDATE',
    data: { note: 'Changed' },
  })

  await Promise.all(devices.map((deviceId) => push('ben', { deviceId, operations: [created(deviceId)] })))
  await Promise.all(devices.map((deviceId) => push('ben', { deviceId, operations: [changed(deviceId)] })))

  const logged = await stage.database.query<{ id: string; version: number; device: string; op: unknown }>(
    'select id, version, device, op from syncline.log where id = any($1) order by id, version',
    [devices],
  )
  expect(logged).toEqual(
    [...devices].sort().flatMap((id) => [1, 2].map((version) => ({ id, version, device: id, op: null }))),
  )
})

let counted = 0

function operationOn(entityId: string, note: string) {
  return { id: `n${counted++}`, type: 'UPDATE', entity: 'camera', entityId, data: { note } }
}
