/** The schema of the guide "adding a table", migrated into an empty database and written into. */
import { readFileSync } from 'node:fs'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type Application, makeApplication } from '../../packages/syncline/test/cli/built-cli.ts'
import { blocksOf } from './blocks.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const guide = 'docs/guides/adding-a-table.md'
const schema = blocksOf(guide).find(({ file }) => file === 'schema.ts')?.code
let application: Application
let database: TestDatabase

beforeAll(async () => {
  application = await makeApplication()
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  application.write('schema.ts', schema as string)
})
afterAll(async () => {
  await application?.remove()
  await database?.drop()
})

test('every table that `migrate` makes of the guide’s schema takes a record that names what is required', async () => {
  const environment = { DATABASE_URL: database.url }
  const port = await freePort()
  const create = async (path: string, fields: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify(fields),
    })
    const { data, error } = (await response.json()) as { data?: Record<string, unknown>; error?: unknown }
    expect(error).toBeUndefined()
    return data as Record<string, unknown>
  }

  const migrated = await application.syncline(['migrate'], environment)
  const dev = application.start(['dev', '--no-watch', '--open', '--port', String(port)], environment)
  await expect.poll(dev.text, { timeout: 120_000 }).toContain(`:${port}`)
  const project = await create('projects', { name: 'Tour' })
  const task = await create('tasks', { projectId: project['id'], title: 'Book the van' })
  const comment = await create('comments', { taskId: task['id'], body: 'Two of them' })
  const tag = await create('tags', { name: 'urgent' })
  await create('task-tags', { taskId: task['id'], tagId: tag['id'] })

  expect(migrated.out).toContain('tasks: new table; filled by the database: `created_at` default now()')
  expect(task).toMatchObject({ state: 'open', votes: 0, labels: [], createdAt: expect.any(String) })
  expect(comment).toMatchObject({ isPinned: false, importId: null })
  expect(await dev.stop()).toBe(0)
})

test('a field that is declared later is added by the command that the guide names', async () => {
  const environment = { DATABASE_URL: database.url }
  const [, command = ''] =
    /\| a new field \|.*?`npx syncline ([^`]+)`/.exec(readFileSync(guide, 'utf8')) ?? []
  await application.syncline(['migrate'], environment)
  await database.query("insert into tags (id, name) values ('t1', 'urgent')")

  application.write(
    'schema.ts',
    (schema as string).replace(
      "model('tags', { name: text()",
      "model('tags', { name: text(), colour: text().default('red')",
    ),
  )
  const migrated = await application.syncline(command.split(' '), environment)
  const again = await application.syncline(['migrate'], environment)

  expect(migrated).toMatchObject({ code: 0, error: '' })
  expect(again.out).toBe('The database is as declared.\n')
  expect(await database.query("select colour from tags where id = 't1'")).toEqual([{ colour: 'red' }])
})
