/** Pulls beside pushes, the price of a pull, and bodies that look like another form. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newKey, type StageServer, startStage } from './stage-server.ts'

let stage: StageServer

beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers'))[0] as string)
})

afterAll(() => stage.close())

const bodyOf = async <T>(response: Response) => (await response.json()) as T

interface Pulled {
  readonly messages: readonly {
    readonly type: string
    readonly model?: string
    readonly columns?: readonly string[]
    readonly rows?: readonly (readonly unknown[])[]
    readonly lastOp?: number
  }[]
}

test('the ack of a pull counts exactly the ops whose changes stand in its rows', async () => {
  const device = newKey()
  const pushOp = (n: number) => {
    const op = { n, model: 'camera', id: 'c1', action: 'update', fields: { zoom: n } }
    return stage.as('ben', '/sync/push', { json: { device, ops: [op] } })
  }
  await pushOp(1)
  let isOver = false
  const pushing = (async () => {
    for (let n = 2; !isOver; n++) await pushOp(n)
  })()

  const seen: [zoom: unknown, lastOp: unknown][] = []
  for (let round = 0; round < 60; round++) {
    const json = { device, joins: [{ channel: 'Production:p1' }] }
    const { messages } = await bodyOf<Pulled>(await stage.as('ben', '/sync/pull', { json }))
    const cameras = messages.find(({ type, model }) => type === 'rows' && model === 'camera')
    const row = cameras?.rows?.find(([id]) => id === 'c1')
    seen.push([row?.[cameras?.columns?.indexOf('zoom') ?? -1], messages.at(-1)?.lastOp])
  }
  isOver = true
  await pushing

  expect(new Set(seen.map(([, lastOp]) => lastOp)).size).toBeGreaterThan(5)
  for (const [zoom, lastOp] of seen) expect(zoom).toBe(lastOp)
})

test('a pull of another user’s device is refused whole', async () => {
  const device = newKey()
  const op = { n: 1, model: 'camera', id: 'c1', action: 'update', fields: { zoom: 1 } }
  await stage.as('ben', '/sync/push', { json: { device, ops: [op] } })

  const plain = await stage.as('ana', '/sync/pull', { json: { device, joins: [] } })
  const reading = await stage.as('ana', '/sync/pull', { json: { device, joins: [], read: 1 } })

  for (const response of [plain, reading]) {
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ error: { code: 'device_taken' } })
  }
})

test('a push that writes a field named operations is a push of ops', async () => {
  const op = `{"n":1,"model":"camera","id":"c1","action":"update","fields":{"operations":[]}}`
  const body = `{"read":0,"device":"${newKey()}","ops":[${op}]}`

  const response = await stage.as('ben', '/sync/push', { json: JSON.parse(body) })

  expect(await response.json()).toMatchObject({ type: 'ack', rejected: [{ n: 1, code: 'unknown_field' }] })
})

test('a body with a field too many is refused by its name', async () => {
  const push = await stage.as('ben', '/sync/push', { json: { device: newKey(), ops: [], opps: [] } })
  const pull = await stage.as('ben', '/sync/pull', { json: { device: newKey(), joins: [], join: [] } })

  for (const [response, name] of [
    [push, 'opps'],
    [pull, 'join'],
  ] as const) {
    expect(response.status).toBe(422)
    const { error } = await bodyOf<{ error: { code: string; message: string } }>(response)
    expect(error).toMatchObject({ code: 'unknown_field', message: expect.stringContaining(`\`${name}\``) })
  }
})

test('every channel of a pull costs as much as a join', async () => {
  const joins = Array.from({ length: 100 }, () => ({ channel: 'Production:nobody' }))
  const ask = () => stage.as('cleo', '/sync/pull', { json: { device: 'greedy', joins } })

  const responses = await Promise.all(Array.from({ length: 20 }, ask))

  const refused = responses.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(20)
  expect(await refused[0]?.json()).toMatchObject({
    error: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
  })
})

test('a device id that no device can have is refused, and breaks nothing', async () => {
  for (const device of ['%00', 'x'.repeat(256), '%ED%A0%80'.repeat(90)]) {
    const response = await stage.as('ben', `/sync/pull?since=0&deviceId=${device}`)

    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_value', field: 'deviceId' } })
  }
})

test('activity of one record is found by its id alone, or with its model in front', async () => {
  await stage.database.query("update photos set caption = 'Second' where id = 'f1'")
  const read = async (record: string) => {
    const response = await stage.as('ben', `/sync/activity?channel=Production%3Ap1&record=${record}`)
    return (await bodyOf<{ data: { model: string; id: string }[] }>(response)).data
  }

  const alone = await read('f1')

  expect(alone.length).toBeGreaterThan(0)
  expect(alone.every(({ model, id }) => model === 'photo' && id === 'f1')).toBe(true)
  expect(await read('photo:f1')).toEqual(alone)
  expect(await read('camera:f1')).toEqual([])
})
