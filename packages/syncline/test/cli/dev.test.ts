/** `syncline dev` and `syncline serve` as programs of their own: who is let in, and what a change of a file does. */
import { once } from 'node:events'
import { createClient } from 'syncline/client'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Schema } from '../../src/schema/define-schema.ts'
import { type Application, makeApplication, type RunningCommand } from './built-cli.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const WAIT = { timeout: 120_000 }
const server = Object.values(inject('servers'))[0] as string
let application: Application
let database: TestDatabase
let environment: Record<string, string>

const SCHEMA = `import { defineSchema, room } from 'syncline'
import { camera, production } from './models.js'
export const schema = defineSchema({ models: { production, camera }, rooms: { production: room({ camera: 'productionId' }) } })`
const MODELS = `import { model, reference, text } from 'syncline'
export const production = model('productions', { name: text() })
export const camera = model('cameras', { productionId: reference('production'), name: text() })`
const ACCESS = `import { sql, type Access } from 'syncline/server'
import type { schema } from './schema.js'
export const access: Access<typeof schema> = {
  production: { accessibleBy: (user, production) => sql\`\${production.id} = 'tour' and \${user.id} = 'ana'\` },
  camera: { write: { create: ['*', 'productionId'], update: true } },
}`

beforeAll(async () => {
  application = await makeApplication()
  database = await createTestDatabase(server)
  environment = { DATABASE_URL: database.url }
  await database.query(`
    create table productions (id text primary key, name text not null);
    create table cameras (id text primary key, production_id text not null references productions, name text not null);
    insert into productions values ('tour', 'Spring tour');
    insert into cameras values ('c1', 'tour', 'One');`)
})
afterAll(async () => {
  await application?.remove()
  await database?.drop()
})

const servings = (command: RunningCommand) => command.text().split('serving  ').length - 1

/** Writes a file and waits until it is served; one that is seen half written may be served twice. */
async function changeAndServe(command: RunningCommand, file: string, content: string): Promise<void> {
  const before = servings(command)
  application.write(file, content)
  await expect.poll(() => servings(command), WAIT).toBeGreaterThan(before)
}

test('dev is closed without rules, starts again when rules and models change, and waits when a file is broken', async () => {
  application.write('schema.ts', SCHEMA)
  application.write('models.ts', MODELS)
  const port = await freePort()
  const dev = application.start(['dev', '--port', String(port)], environment)
  await expect.poll(dev.text, WAIT).toContain('CLOSED: no rules, so nobody may read or write anything.')
  await expect.poll(dev.text, WAIT).toContain('NO LOGIN: the token is the user’s id')
  const { schema } = await application.load<{ schema: Schema }>('schema.ts')
  const client = createClient({ schema, url: `http://127.0.0.1:${port}/sync`, token: 'ana' })
  const room = client.join('production' as never, 'tour')
  await expect.poll(() => room.status.current, WAIT).toBe('gone')
  client.close()

  await changeAndServe(dev, 'access.ts', ACCESS)
  const cameras = () =>
    (again.query as Record<string, { readonly current: readonly unknown[] }>)['camera']?.current
  const again = createClient({ schema, url: `http://127.0.0.1:${port}/sync`, token: 'ana' })
  again.join('production' as never, 'tour')
  await expect.poll(cameras, WAIT).toMatchObject([{ id: 'c1', name: 'One' }])

  application.write('models.ts', `${MODELS} nonsense(`)
  await expect.poll(dev.text, WAIT).toContain('Waiting for a change of the files.')
  await changeAndServe(dev, 'models.ts', MODELS)
  await database.query("update cameras set name = 'Two' where id = 'c1'")
  await expect.poll(cameras, WAIT).toMatchObject([{ id: 'c1', name: 'Two' }])

  again.close()
  expect(await dev.stop('SIGINT')).toBe(0)
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()
})

test('A1: dev answers no page of another site and no name of another host, on any wire', async () => {
  application.write('schema.ts', SCHEMA)
  application.write('models.ts', MODELS)
  const port = await freePort()
  const dev = application.start(['dev', '--open', '--no-watch', '--port', String(port)], environment)
  await expect.poll(dev.text, WAIT).toContain('serving  ')
  const url = `http://127.0.0.1:${port}`

  const own = await fetch(`${url}/api/productions/tour`, { headers: { origin: 'http://localhost:5173' } })
  const foreign = await fetch(`${url}/api/productions/tour`, { headers: { origin: 'https://evil.example' } })
  const opaque = await fetch(`${url}/api/productions/tour`, { headers: { origin: 'null' } })
  const strange = [{ origin: 'https://evil.example' }, { headers: { host: 'rebound.example' } }]
  const refusals = await Promise.all(
    strange.map((options) =>
      once(new WebSocket(`ws://127.0.0.1:${port}/sync`, 'syncline.v1', options), 'error'),
    ),
  )

  expect([own.status, foreign.status, opaque.status]).toEqual([200, 403, 403])
  expect(own.headers.get('access-control-allow-origin')).toBe('*')
  for (const [error] of refusals) expect(error).toMatchObject({ message: expect.stringContaining('403') })
  expect(await dev.stop()).toBe(0)
})

test('dev uses the login that access.ts exports, and serve needs one', async () => {
  const port = await freePort()
  application.write('schema.ts', SCHEMA)
  application.write('models.ts', MODELS)
  application.write('access.ts', ACCESS)
  const without = await application.syncline(['serve'], environment)
  application.write(
    'access.ts',
    `${ACCESS}\nexport const authenticate = (request: Request) => request.headers.get('authorization') === 'Bearer proof' ? { user: { id: 'ana' } } : null`,
  )
  const secretless = await application.syncline(['serve'], environment)
  const serve = application.start(['serve', '--host', '127.0.0.1', '--port', String(port)], {
    ...environment,
    SYNCLINE_SECRET: 'sixteen letters or more',
  })
  await expect.poll(serve.text, WAIT).toContain(`serving  http://127.0.0.1:${port}`)

  const read = (token: string) =>
    fetch(`http://127.0.0.1:${port}/api/cameras/c1`, { headers: { authorization: `Bearer ${token}` } })
  expect((await read('proof')).status).toBe(200)
  expect((await read('ana')).status).toBe(401)
  expect(without).toMatchObject({ code: 1, error: expect.stringContaining('Nothing exports `authenticate`') })
  expect(secretless).toMatchObject({ code: 1, error: expect.stringContaining('`secret` is missing') })
  expect(await serve.stop()).toBe(0)

  const dev = application.start(['dev', '--no-watch', '--port', String(port)], environment)
  await expect.poll(dev.text, WAIT).toContain('users    as `authenticate` of your module says')
  expect((await read('ana')).status).toBe(401)
  expect(await dev.stop()).toBe(0)
})

test('dev says what is wrong when it is not a matter of the files, and ends', async () => {
  application.write('schema.ts', SCHEMA)
  application.write('models.ts', MODELS)
  const port = await freePort()
  const first = application.start(['dev', '--no-watch', '--port', String(port)], environment)
  await expect.poll(first.text, WAIT).toContain('serving  ')

  const taken = await application.syncline(['dev', '--port', String(port)], environment)
  const unreachable = await application.syncline(['dev', '--database', 'postgres://127.0.0.1:1/x'])
  const wrongPort = await application.syncline(['dev', '--port', '70000'], environment)
  const missing = await application.syncline(['dev', '--schema', 'nowhere.ts'], environment)

  expect(taken).toMatchObject({
    code: 1,
    error: expect.stringContaining(`Port ${port} is taken. Name a free one with --port`),
  })
  expect(unreachable).toMatchObject({ code: 1, error: expect.stringContaining('No server listens there.') })
  expect(wrongPort).toMatchObject({
    code: 1,
    error: expect.stringContaining('Write a number from 0 to 65535'),
  })
  expect(missing).toMatchObject({ code: 1, error: expect.stringContaining('nowhere.ts. Name the module') })
  expect(await first.stop()).toBe(0)
})
