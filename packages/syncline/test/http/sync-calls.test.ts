import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { positionOf } from '../../src/protocol/marker-cursor.ts'
import { newKey, OPERATOR_TOKEN, send, type StageServer, startStage } from './stage-server.ts'

interface Message {
  readonly type: string
  readonly channel?: string
  readonly cursor?: string
  readonly code?: string
  readonly model?: string
  readonly rows?: readonly (readonly unknown[])[]
  readonly changes?: readonly { readonly id: string; readonly action: string; readonly fields?: object }[]
}

let stage: StageServer

beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers'))[0] as string)
})

afterAll(() => stage.close())

const bodyOf = async <T>(response: Response) => (await response.json()) as T
const push = (user: string, body: object) => stage.as(user, '/sync/push', { json: body })
const pull = async (user: string, joins: object[], device = `device of ${user}`) =>
  (await bodyOf<{ messages: Message[] }>(await stage.as(user, '/sync/pull', { json: { device, joins } })))
    .messages
const update = (n: number, fields: object, id = 'c1') => ({
  n,
  model: 'camera',
  id,
  action: 'update',
  fields,
})

test('W1 W2: ops of a device are committed, acknowledged, and applied once when they come again', async () => {
  const device = newKey()
  const ops = [update(1, { name: 'A' }), update(2, { zoom: 5 })]

  const first = await bodyOf(await push('ben', { device, ops }))
  await stage.database.query("update cameras set name = 'By hand' where id = 'c1'")
  const again = await bodyOf(await push('ben', { device, ops }))

  expect([first, again]).toEqual([
    { type: 'ack', lastOp: 2, rejected: [], conflicts: [] },
    { type: 'ack', lastOp: 2, rejected: [], conflicts: [] },
  ])
  expect(await stage.database.query("select name, zoom from cameras where id = 'c1'")).toEqual([
    { name: 'By hand', zoom: 5 },
  ])
})

test('W2 W3: a gap changes nothing; a bad op is rejected and stops no other', async () => {
  const device = newKey()

  const gap = await push('ben', { device, ops: [update(2, { name: 'Too early' })] })
  const mixed = await bodyOf<{ lastOp: number; rejected: { n: number; code: string }[] }>(
    await push('ben', {
      device,
      ops: [
        update(1, { nme: 'x' }),
        update(2, { ownerId: 'me' }),
        update(3, { name: 'x' }, 'c4'),
        update(4, { note: 'good' }),
      ],
    }),
  )

  expect([gap.status, await bodyOf(gap)]).toEqual([409, { type: 'gap', expected: 1 }])
  expect(mixed.lastOp).toBe(4)
  expect(mixed.rejected.map(({ n, code }) => [n, code])).toEqual([
    [1, 'unknown_field'],
    [2, 'protected_field'],
    [3, 'not_found'],
  ])
  expect(await stage.database.query("select note from cameras where id = 'c1'")).toEqual([{ note: 'good' }])
})

test('a device names the ids of what it creates, numbers too; an op without one is rejected, and the ops behind it pass', async () => {
  const badge = { model: 'badge', action: 'create', fields: { productionId: 'p1', label: 'Crew' } }

  const { rejected, lastOp } = await bodyOf<{ lastOp: number; rejected: object[] }>(
    await push('ben', {
      device: newKey(),
      ops: [
        { ...badge, n: 1, id: '' },
        { ...badge, n: 2 },
        { ...badge, n: 3, id: 'seven' },
        { ...badge, n: 4, id: '70' },
      ],
    }),
  )

  expect(lastOp).toBe(4)
  expect(rejected).toMatchObject([
    { n: 1, code: 'invalid_value', message: 'Field `id` of op 1 is "". Write the record\'s id, as text.' },
    { n: 2, code: 'invalid_value' },
    {
      n: 3,
      code: 'invalid_value',
      field: 'id',
      message:
        'The id of model `badge` is "seven". Write an id: a whole number of 32 bits, as text and without leading zeros.',
    },
  ])
  expect(await stage.database.query('select label from badges where id = 70')).toEqual([{ label: 'Crew' }])
})

test('K3: what is meant for another user than the session is of is refused, and changes and tells nothing', async () => {
  const device = newKey()
  const ops = [update(1, { note: 'Of ana' })]
  const joins = [{ channel: 'Production:p1' }]

  const pushed = await push('ben', { device, ops, user: 'ana' })
  const pulled = await stage.as('ben', '/sync/pull', { json: { device, joins, user: 'ana' } })
  const meant = await bodyOf(await push('ben', { device, ops: [update(1, { note: 'Of ben' })], user: 'ben' }))

  for (const answer of [pushed, pulled]) {
    expect(answer.status).toBe(401)
    expect(await bodyOf(answer)).toMatchObject({
      error: {
        code: 'session_ended',
        message: expect.stringContaining('meant for user `ana`, and the session is of `ben`'),
      },
    })
  }
  expect(meant).toMatchObject({ type: 'ack', lastOp: 1, rejected: [] })
  expect(await stage.database.query("select note from cameras where id = 'c1'")).toEqual([{ note: 'Of ben' }])
})

test('a device of another user is refused, and a push that ends inside a transaction', async () => {
  const device = newKey()
  await push('ben', { device, ops: [update(1, { note: 'mine' })] })

  const taken = await push('cleo', { device, ops: [update(2, { note: 'theirs' })] })
  const split = await push('ben', { device, ops: [{ ...update(2, { note: 'x' }), tx: 3 }] })

  expect([taken.status, (await bodyOf<{ error: { code: string } }>(taken)).error.code]).toEqual([
    409,
    'device_taken',
  ])
  expect([split.status, (await bodyOf<{ error: { code: string } }>(split)).error.code]).toEqual([
    400,
    'split_transaction',
  ])
})

test('L2: a pull loads a room, then brings exactly what the cursor has not seen, and ends with an ack', async () => {
  const loaded = await pull('ben', [{ channel: 'Production:p1' }])
  const cursor = loaded.find(({ type }) => type === 'joined')?.cursor
  await stage.database.query("update cameras set note = 'since' where id = 'c2'")
  const continued = await pull('ben', [{ channel: 'Production:p1', cursor }])

  expect(loaded.at(-1)?.type).toBe('ack')
  expect(loaded.filter(({ type }) => type === 'rows').map(({ model }) => model)).toContain('camera')
  expect(continued.map(({ type }) => type)).toEqual(['changes', 'joined', 'ack'])
  expect(continued[0]?.changes?.map(({ id, action, fields }) => [id, action, fields])).toEqual([
    ['c2', 'update', { note: 'since' }],
  ])
})

test('A1 A3: channels that are not there and channels that are not yours are the same messages', async () => {
  const messages = await pull('ben', [
    { channel: 'Production:p3' },
    { channel: 'Production:p9' },
    { channel: 'Nothing:1' },
    { channel: 'Hidden:all' },
  ])

  const errors = messages
    .filter(({ type }) => type === 'error')
    .map((message) => ({ ...message, channel: undefined }))
  expect(errors).toHaveLength(4)
  expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1)
})

test('GET pulls one channel; nothing of it may be cached', async () => {
  const response = await stage.as('ben', '/sync/pull?channel=Production%3Ap1')
  const { messages } = await bodyOf<{ messages: Message[] }>(response)

  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(messages.map(({ type }) => type)).toEqual(expect.arrayContaining(['rows', 'joined']))
  expect(messages.some(({ type }) => type === 'ack')).toBe(false)
  expect((await stage.as('ben', '/sync/pull')).status).toBe(400)
})

interface Since {
  readonly ops: readonly {
    readonly entity: string
    readonly entityId: string
    readonly type: string
    readonly data: object | null
  }[]
  readonly serverSeq: number
  readonly more: boolean
}

test('L2 L4: `since` is a number of the device, behind which the server keeps a cursor for each channel', async () => {
  const since = async (user: string, number: number, deviceId = 'd1') =>
    bodyOf<Since>(await stage.as(user, `/sync/pull?since=${number}&deviceId=${deviceId}`))

  const all = await since('cleo', 0)
  const nothing = await since('cleo', all.serverSeq)
  await stage.database.query(
    "update cameras set note = 'new' where id = 'c3'; update cameras set note = 'unseen' where id = 'c1'",
  )
  const some = await since('cleo', nothing.serverSeq)
  await stage.database.query("delete from production_members where user_id = 'cleo'")
  const lost = await since('cleo', some.serverSeq)
  await stage.database.query("insert into production_members values ('p2', 'cleo', 'crew')")

  expect(all.ops.map(({ entity, entityId, type }) => `${type} ${entity} ${entityId}`).sort()).toEqual([
    'CREATE camera c3',
    'CREATE lens l1',
    'CREATE production p2',
  ])
  expect(nothing.ops).toEqual([])
  expect(some.ops).toMatchObject([
    { entity: 'camera', entityId: 'c3', type: 'UPDATE', data: { id: 'c3', note: 'new' } },
  ])
  expect(lost.ops).toMatchObject([
    { entity: 'production', entityId: 'p2', type: 'DELETE' },
    { entity: 'camera', entityId: 'c3', type: 'DELETE' },
  ])
  expect((await since('cleo', 999_999)).ops.length).toBe(all.ops.length)
  expect((await stage.as('cleo', '/sync/pull?since=-1')).status).toBe(422)
})

test('L2: `since` answers in pages that skip nothing, and lose nothing that is written between them', async () => {
  const since = async (number: number) =>
    bodyOf<Since>(await stage.as('ben', `/sync/pull?since=${number}&deviceId=paging`))
  const idsOf = (pages: readonly Since[]) =>
    pages.flatMap(({ ops }) =>
      ops.filter(({ type }) => type !== 'DELETE').map(({ entity, entityId }) => `${entity} ${entityId}`),
    )
  await stage.database.query(`
    insert into productions (id, name) select 'big' || n, 'Big' from generate_series(1, 5) n;
    insert into production_members select 'big' || n, 'ben', 'viewer' from generate_series(1, 5) n;
    insert into cameras (id, production_id, name)
      select 'big' || p || '-' || n, 'big' || p, 'C' from generate_series(1, 5) p, generate_series(1, 4500) n`)

  const pages = [await since(0)]
  await stage.database.query(
    "update cameras set note = 'between' where id in ('big1-7', 'big5-7'); delete from production_members where production_id = 'big2'",
  )
  while (pages.at(-1)?.more) pages.push(await since((pages.at(-1) as Since).serverSeq))
  const after = await since((pages.at(-1) as Since).serverSeq)

  const loaded = idsOf(pages).filter((id) => id.startsWith('camera big'))
  expect(pages.map(({ ops, more }) => [ops.length < 15_000, more])).toEqual([
    [true, true],
    [true, false],
  ])
  expect(new Set(loaded).size).toBe(5 * 4500)
  // Once each, but for the one that changed after it was loaded.
  expect(loaded.length - new Set(loaded).size).toBe(1)
  expect(pages[1]?.ops.filter(({ entityId }) => entityId === 'big2' || entityId === 'big1-7')).toMatchObject([
    { entity: 'production', entityId: 'big2', type: 'DELETE' },
    { entity: 'camera', entityId: 'big1-7', type: 'UPDATE', data: { note: 'between' } },
  ])
  expect(after).toMatchObject({ ops: [], more: false })
  await stage.database.query("delete from productions where id like 'big%'")
})

test('the activity of a room says who changed what, before and after, and goes back page by page', async () => {
  await stage.as('ben', '/api/cameras/c2', { method: 'PUT', json: { name: 'Renamed' } })
  await stage.database.query("update cameras set zoom = 9 where id = 'c2'")
  interface Page {
    readonly data: {
      id: string
      actor: string | null
      source: string
      at: string
      changes: { field: string; before: unknown; after: unknown }[]
    }[]
    readonly next?: string
  }
  const read = async (query: string) =>
    bodyOf<Page>(await stage.as('ben', `/sync/activity?channel=Production%3Ap1${query}`))

  const newest = await read('&record=camera:c2&limit=1')
  const older = await read(`&record=camera:c2&limit=1&before=${newest.next}`)

  expect(newest.data).toMatchObject([
    { id: 'c2', actor: null, changes: [{ field: 'zoom', before: 1, after: 9 }] },
  ])
  expect(newest.data[0]?.source).not.toBe('app')
  expect(older.data).toMatchObject([
    { actor: 'ben', source: 'app', changes: [{ field: 'name', before: 'Two', after: 'Renamed' }] },
  ])
  expect((await read('')).data.length).toBeGreaterThan(2)
})

test('a parameter that stands twice in an address is refused, as a key that stands twice in a body is', async () => {
  const paths = [
    '/sync/activity?channel=Production:p1&channel=Production:p2',
    '/sync/pull?channel=Production:p1&cursor=&channel=Production:p1',
    '/sync/pull?since=0&deviceId=a&since=1',
    '/api/cameras?limit=2&limit=3',
  ]

  const answers = await Promise.all(paths.map((path) => stage.as('ben', path)))

  const errors = await Promise.all(answers.map((answer) => bodyOf<{ error: unknown }>(answer)))
  const refusal = (field: string) => ({
    error: {
      code: 'invalid_message',
      message: `The address names \`${field}\` twice. Write it once: programs disagree on which one counts.`,
      field,
    },
  })
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400])
  expect(errors).toEqual(['channel', 'channel', 'since', 'limit'].map(refusal))
})

test('changes of one time, as a database tells it that knows milliseconds, are told newest first, and no more on a page than were asked for', async () => {
  await stage.database.query("insert into cameras (id, production_id, name) values ('tied', 'p1', 'Tied')")
  for (const zoom of [5, 6, 7])
    await stage.database.query('update cameras set zoom = $1 where id = $2', [zoom, 'tied'])
  // Rewritten in another order than they were logged in.
  for (const version of [3, 1, 4, 2]) {
    await stage.database.query(
      "update syncline.log set at = '2026-01-01T00:00:00Z' where id = 'tied' and version = $1",
      [version],
    )
  }
  const versions = async (query: string) => {
    const answer = await stage.as('ben', `/sync/activity?channel=Production%3Ap1&record=camera:tied${query}`)
    const { data, next } = await bodyOf<{ data: { version: number }[]; next?: string }>(answer)
    return { versions: data.map(({ version }) => version), next }
  }

  const all = await versions('')
  const pages = [await versions('&limit=1')]
  // One that is committed late, of the same time, comes before the place that was reached.
  await stage.database.query("update cameras set zoom = 8 where id = 'tied'")
  await stage.database.query(
    "update syncline.log set at = '2026-01-01T00:00:00Z' where id = 'tied' and version = 5",
  )
  for (let page = pages[0]; page?.next !== undefined; pages.push(page))
    page = await versions(`&limit=1&before=${page.next}`)
  const inTwos = [await versions('&limit=2')]
  for (let page = inTwos[0]; page?.next !== undefined; inTwos.push(page))
    page = await versions(`&limit=2&before=${encodeURIComponent(page.next)}`)
  const since = await versions('&before=2026-01-01T00:00:00Z')

  expect(all).toEqual({ versions: [4, 3, 2, 1] })
  expect(pages.map((page) => page.versions)).toEqual([[4], [3], [2], [1]])
  expect(inTwos.map((page) => page.versions)).toEqual([[5, 4], [3, 2], [1]])
  expect(since.versions).toEqual([])
})

const NO_PLACES = [
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '2026-01-01T25:00:00Z',
  'yesterday',
  '2026-01-01T00:00:00Z~',
  '2026-01-01T00:00:00Z~bm9wbGFjZQ',
]

test.each(NO_PLACES)(
  'a page of activity before %s, which is no time, is refused as a mistake',
  async (before) => {
    const answer = await stage.as('ben', `/sync/activity?channel=Production%3Ap1&before=${before}`)

    expect([answer.status, await answer.json()]).toEqual([
      422,
      { error: expect.objectContaining({ code: 'invalid_value', field: 'before' }) },
    ])
  },
)

test('A1: the activity of a room says nothing of what a record was in another room', async () => {
  await stage.database.query(
    "insert into cameras (id, production_id, name) values ('moved', 'p3', 'CONFIDENTIAL')",
  )
  await stage.database.query("update cameras set production_id = 'p1', name = 'Open' where id = 'moved'")

  const response = await stage.as('ben', '/sync/activity?channel=Production%3Ap1&record=camera:moved')
  const text = await response.text()

  expect(JSON.parse(text).data).toMatchObject([{ action: 'enter', id: 'moved' }])
  expect(text).toContain('Open')
  expect(text).not.toMatch(/CONFIDENTIAL|p3/)
})

test('A2: activity that is read while the right to it ends shows nothing that was written with the end', async () => {
  await stage.database.query("insert into production_members values ('p1', 'dora', 'crew')")
  const whole = await stage.as('dora', '/sync/activity?channel=Production%3Ap1')
  expect(whole.status).toBe(200)

  const late = await stage.connected.transaction(async (transaction) => {
    // The right is looked at; then the log is waited for.
    await transaction.query('lock table syncline.log in access exclusive mode')
    await transaction.query("delete from production_members where user_id = 'dora'")
    await transaction.query("update cameras set note = 'SECRET' where id = 'c1'")
    const answer = stage.as('dora', '/sync/activity?channel=Production%3Ap1')
    await expect
      .poll(async () => {
        const [row] = await transaction.query<{ waiting: string }>(
          "select count(*) as waiting from pg_locks where not granted and relation = 'syncline.log'::regclass and mode = 'AccessShareLock'",
        )
        return Number(row?.waiting)
      })
      .toBeGreaterThan(0)
    return { answer }
  })
  const answer = await late.answer

  expect(answer.status).toBe(404)
  expect(await answer.text()).not.toContain('SECRET')
})

test('A3: the activity of a room that is not yours is not there', async () => {
  const texts = await Promise.all(
    [
      'Production:p3',
      'Production:p9',
      'Nothing:1',
      'Camera:mine',
      'Production:p3/cameras',
      'User:cleo',
      '',
    ].map(async (channel) =>
      (await stage.as('ben', `/sync/activity?channel=${encodeURIComponent(channel)}`)).text(),
    ),
  )

  expect(new Set(texts).size).toBe(1)
  expect(texts[0]).toContain('not_found')
})

test('health is for everybody, its details and the metrics for the operator', async () => {
  const operator = { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } }
  const plain = await send(`${stage.url}/health`, {})
  const detailed = await bodyOf<object>(await send(`${stage.url}/sync/health`, operator))
  const metrics = await send(`${stage.url}/sync/metrics`, operator)

  expect(plain.status).toBe(200)
  expect(await bodyOf(plain)).toEqual({
    status: 'healthy',
    database: {
      connected: true,
      latencyMs: expect.any(Number),
      latency: expect.stringMatching(/^\d+\.\dms$/),
    },
  })
  expect(detailed).toMatchObject({ status: 'healthy', driver: 'postgres', connections: 0 })
  expect(metrics.headers.get('content-type')).toContain('text/plain')
  expect(await metrics.text()).toMatch(/^# HELP syncline_/)
  expect((await send(`${stage.url}/sync/metrics`, {})).status).toBe(401)
  expect((await stage.as('ana', '/sync/metrics')).status).toBe(401)
})

test('R1: a server of pages with the operator’s token is told where the log stands, and nobody else is', async () => {
  const operator = { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } }
  const before = await stage.sync.position()

  const answer = await send(`${stage.url}/sync/position`, operator)
  const told = await bodyOf<{ cursor: string; debounceMs: number }>(answer)
  stage.sync.enable(false)
  const off = await send(`${stage.url}/sync/position`, operator)
  stage.sync.enable(true)

  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(told).toEqual({ cursor: expect.any(String), debounceMs: 300 })
  expect(positionOf(told.cursor)).toBeGreaterThan(positionOf(before?.cursor) as number)
  expect([off.status, await bodyOf(off)]).toEqual([200, null])
  expect((await send(`${stage.url}/sync/position`, {})).status).toBe(401)
  expect((await stage.as('ana', '/sync/position')).status).toBe(401)
})

test('sync that is turned off is answered as such, for everybody or for one user', async () => {
  stage.sync.enable((user) => user.id !== 'ben')
  const off = await stage.as('ben', '/api/productions')
  const on = await stage.as('ana', '/api/productions')
  stage.sync.enable(true)

  expect([off.status, on.status]).toEqual([503, 200])
})
