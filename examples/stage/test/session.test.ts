/** The session routes and the API as other programs use them, against a real PostgreSQL. */
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startStage, type StageProcess } from './support/stage-process.ts'

let database: TestDatabase
let stage: StageProcess

beforeAll(async () => {
  database = await createTestDatabase(newestServer())
  stage = await startStage(database.url)
})

afterAll(async () => {
  await stage?.remove()
  await database?.drop()
})

test('the process logs its address when it is ready and says that it is healthy', async () => {
  const health = await fetch(`${stage.url}/sync/health`)

  expect(health.status).toBe(200)
  expect(await health.json()).toMatchObject({ status: 'healthy' })
  expect(stage.log().split('\n')).toContain(`The examples are ready at ${stage.url}`)
})

test('an empty database is filled once: a second start adds nothing', async () => {
  const before = await counts()

  await stage.stop()
  await stage.start()

  expect(before.productions).toBeGreaterThanOrEqual(3)
  expect(before.cameras).toBeGreaterThanOrEqual(40)
  expect(before.items).toBeGreaterThanOrEqual(120)
  expect(await counts()).toEqual(before)
})

test('a session is begun, asked for and ended, and its token ends with it', async () => {
  const begun = await signIn('ana')
  const { token, user } = (await begun.json()) as { token: string; user: unknown }
  const cookie = begun.headers.get('Set-Cookie') ?? ''
  const headers = { Cookie: cookie.split(';')[0] ?? '' }
  const bearer = { Authorization: `Bearer ${token}` }

  expect(begun.status).toBe(200)
  expect(user).toEqual({ id: 'ana', name: 'Ana Duarte' })
  expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
  expect(await (await fetch(`${stage.url}/session`, { headers })).json()).toMatchObject({
    user: { id: 'ana' },
  })
  expect((await fetch(`${stage.url}/api/productions`, { headers: bearer })).status).toBe(200)

  expect((await fetch(`${stage.url}/session`, { method: 'DELETE', headers })).status).toBe(204)
  const asked = await fetch(`${stage.url}/session`, { headers })
  expect([asked.status, await asked.json()]).toEqual([200, { user: null }])
  expect((await fetch(`${stage.url}/api/productions`, { headers: bearer })).status).toBe(401)
})

test('an unknown user is refused with the users that there are; a form or no user is no sign-in', async () => {
  const unknown = await signIn('mallory')
  const form = await fetch(`${stage.url}/session`, {
    method: 'POST',
    body: new URLSearchParams({ user: 'ana' }),
  })
  const nobody = await signIn(undefined)

  expect(unknown.status).toBe(401)
  expect(await unknown.json()).toMatchObject({ error: { message: expect.stringContaining('`ben`') } })
  expect(form.status).toBe(400)
  expect(nobody.status).toBe(400)
})

test('A1: everybody lists what is theirs, and one production is shared', async () => {
  const lists = await Promise.all(['ana', 'ben', 'cleo'].map(productionsOf))

  const [ana, ben, cleo] = lists as [string[], string[], string[]]
  expect(ben.filter((id) => cleo.includes(id))).toEqual(['northern-sessions'])
  expect(ana.length).toBeGreaterThan(new Set([...ben, ...cleo]).size)
  expect(ana).toEqual(expect.arrayContaining([...ben, ...cleo]))
})

test('A4: a viewer reads and cannot write; the crew writes', async () => {
  await database.query(
    `insert into production_members (production_id, user_id, role) values ('velodrome-finals', 'ben', 'viewer')`,
  )
  const [ben, cleo] = await Promise.all([tokenOf('ben'), tokenOf('cleo')])

  const [byViewer, byCrew] = [await rename(ben), await rename(cleo)]

  expect(byViewer.status).toBe(403)
  expect(byCrew.status).toBe(200)
  await database.query(`delete from production_members where role = 'viewer'`)
})

test('A4: only administrators begin and end productions', async () => {
  const [ben, ana] = await Promise.all([tokenOf('ben'), tokenOf('ana')])
  const production = { id: 'one-off', name: 'One-off' }

  const begun = [
    await call(ben, 'POST', '/productions', production),
    await call(ana, 'POST', '/productions', production),
  ]
  await database.query(`insert into production_members (production_id, user_id) values ('one-off', 'ben')`)
  const renamed = await call(ben, 'PUT', '/productions/one-off', { name: 'Twice' })
  const ended = [
    await call(ben, 'DELETE', '/productions/one-off'),
    await call(ana, 'DELETE', '/productions/one-off'),
  ]

  expect(begun.map(({ status }) => status)).toEqual([403, 201])
  expect(renamed.status).toBe(200)
  expect(ended.map(({ status }) => status)).toEqual([403, 204])
})

test('a row needs no more than its production and a name', async () => {
  await database.query(`insert into cameras (production_id, name) values ('northern-sessions', 'Spare')`)
  await database.query(
    `insert into checklist_items (production_id, name) values ('northern-sessions', 'Spare task')`,
  )

  const [camera] = await database.query(`select * from cameras where name = 'Spare'`)
  expect(camera).toMatchObject({ zoom: 1, status: 'standby', version: 1, field_versions: {} })
  await database.query(`delete from cameras where name = 'Spare'`)
  await database.query(`delete from checklist_items where name = 'Spare task'`)
})

function newestServer(): string {
  return Object.values(inject('servers')).at(-1) as string
}

async function counts() {
  const [row] = await database.query<{ productions: number; cameras: number; items: number }>(
    `select (select count(*)::int from productions) as productions, (select count(*)::int from cameras) as cameras,
            (select count(*)::int from checklist_items) as items`,
  )
  return row as { productions: number; cameras: number; items: number }
}

function signIn(user: string | undefined): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`${stage.url}/session`, { method: 'POST', headers, body: JSON.stringify({ user }) })
}

async function tokenOf(user: string): Promise<string> {
  return ((await (await signIn(user)).json()) as { token: string }).token
}

async function productionsOf(user: string): Promise<string[]> {
  const headers = { Authorization: `Bearer ${await tokenOf(user)}` }
  const { data } = (await (await fetch(`${stage.url}/api/productions`, { headers })).json()) as {
    data: { id: string }[]
  }
  return data.map(({ id }) => id)
}

function rename(token: string): Promise<Response> {
  const path = '/productions/velodrome-finals/cameras/velodrome-finals-camera-3'
  return call(token, 'PUT', path, { note: 'Third follow' })
}

function call(token: string, method: string, path: string, body?: object): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  return fetch(`${stage.url}/api${path}`, { method, headers, body: body && JSON.stringify(body) })
}
