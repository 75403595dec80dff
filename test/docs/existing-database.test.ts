/** The guide that starts from an existing database, step by step as it stands there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type Application, makeApplication } from '../../packages/syncline/test/cli/built-cli.ts'
import { blocksOf } from './blocks.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const PAGE = 'docs/guides/existing-database.md'
const blocks = blocksOf(PAGE)
const block = (file: string) => blocks.find((one) => one.file === file)?.code as string
const [tables, update] = blocks.filter(({ language }) => language === 'sql').map(({ code }) => code)

interface Page {
  openTeam(
    id: string,
    user: string,
    url: string,
  ): {
    readonly tasks: { readonly current: readonly { readonly id: string; readonly title: string }[] }
    finish(task: string): Promise<unknown>
    close(): void
  }
}

let application: Application
let database: TestDatabase
let environment: Record<string, string>

beforeAll(async () => {
  application = await makeApplication()
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  environment = { DATABASE_URL: database.url }
  await database.query(tables as string)
})
afterAll(async () => {
  await application?.remove()
  await database?.drop()
})

test('init writes the schema that the guide shows and says what it shows', async () => {
  const { code, out } = await application.syncline(['init'], environment)

  expect(code).toBe(0)
  expect(out).toContain(block('init'))
  const written = readFileSync(join(application.folder, 'schema.ts'), 'utf8')
  expect(written.replace(database.name, 'planner')).toBe(block('schema.ts'))
})

test('with the guide’s rules and page, dev shows a change by SQL to a member of the team only', async () => {
  application.write('access.ts', block('access.ts'))
  application.write('page.ts', block('page.ts'))
  await database.query(`
    with team as (insert into teams (name) values ('Crew') returning id),
      member as (insert into team_members select id, 'ana' from team),
      project as (insert into projects (team_id, name) select id, 'Tour' from team returning id)
    insert into tasks (project_id, title) select id, 'Book the van' from project`)
  const [team] = await database.query<{ id: string }>('select id from teams')
  const port = await freePort()

  const dev = application.start(['dev', '--no-watch', '--port', String(port)], environment)
  await expect.poll(dev.text, { timeout: 120_000 }).toContain('rules for 3 of 3 models')
  const { openTeam } = await application.load<Page>('page.ts')
  const ana = openTeam(team?.id as string, 'ana', `http://127.0.0.1:${port}/sync`)
  const cleo = openTeam(team?.id as string, 'cleo', `http://127.0.0.1:${port}/sync`)
  const titles = () => ana.tasks.current.map(({ title }) => title)

  await expect.poll(titles, { timeout: 120_000 }).toEqual(['Book the van'])
  await database.query(update as string)
  await expect.poll(titles, { timeout: 120_000 }).toEqual(['Book two vans'])
  await ana.finish(ana.tasks.current[0]?.id as string)

  expect(await database.query('select state from tasks')).toEqual([{ state: 'done' }])
  expect(cleo.tasks.current).toEqual([])
  for (const client of [ana, cleo]) client.close()
  expect(await dev.stop()).toBe(0)
})
