/** The guide beside a Rails app, as it stands there: its server, with a cookie that a real ActiveSupport has signed. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { accountIdentifier, RawCable } from '../../packages/syncline/test/action-cable/accounts-server.ts'
import { type Application, makeApplication } from '../../packages/syncline/test/cli/built-cli.ts'
import { ensureRails } from '../../packages/syncline/test/markers/rails/rails-cable.ts'
import { blocksOf } from './blocks.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const fixtures = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../packages/syncline/test/authenticate/rails-cookies.json'),
    'utf8',
  ),
) as {
  readonly secret: string
  readonly former: string
  readonly cookies: readonly { readonly cookie: string }[]
}

let application: Application
let database: TestDatabase
let environment: Record<string, string>

beforeAll(async () => {
  application = await makeApplication()
  for (const { file, code } of blocksOf('docs/guides/refresh-rails.md'))
    if (file && file !== 'page.ts' && file !== 'ids.ts') application.write(file, code)
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  // As `bin/rails generate authentication` and a few models leave it.
  await database.query(`
    create table users (id bigserial primary key, name character varying not null, site_admin boolean not null default false);
    create table sessions (id bigserial primary key, user_id bigint not null references users, ip_address varchar, user_agent varchar);
    create table accounts (id bigserial primary key, name character varying not null);
    create table account_users (id bigserial primary key, account_id bigint not null references accounts, user_id bigint not null references users, role character varying not null);
    insert into users (id, name) values (7, 'Ben');
    insert into sessions (id, user_id) values (42, 7);
    insert into accounts (id, name) values (1, 'Acme'), (2, 'Other');
    insert into account_users (account_id, user_id, role) values (1, 7, 'owner');`)
  environment = {
    DATABASE_URL: database.url,
    SYNCLINE_SECRET: 'a secret of this test run',
    SECRET_KEY_BASE: `${fixtures.secret},${fixtures.former}`,
    SYNCLINE_OPERATOR_TOKEN: 'the-operator-of-this-test-run',
  }
})
afterAll(async () => {
  await application?.remove()
  await database?.drop()
})

test('A2: a browser signed in to Rails hears of a change that Rails makes, until its session is deleted', async () => {
  const migrated = await application.syncline(['migrate'], environment)
  const doctor = await application.syncline(['doctor'], environment)
  const port = await freePort()
  const server = application.run(await application.bundle('server.ts'), {
    ...environment,
    PORT: String(port),
  })
  await expect.poll(server.text, { timeout: 120_000 }).toContain('listening')
  const cable = new RawCable(port, {
    cookie: `session_id=${fixtures.cookies[0]?.cookie}`,
    origin: `http://127.0.0.1:${port}`,
  })
  const came = (text: string) => cable.next((frame) => frame.includes(text), 0, 30_000)

  await came('welcome')
  if (ensureRails()) expect(position(port)).toEqual({ cursor: expect.stringContaining('~'), debounceMs: 300 })
  const answers = []
  for (const id of ['1', '2', 'all']) answers.push(await cable.answerTo(accountIdentifier(id)))
  await database.query(`update account_users set role = 'admin' where account_id = 1`)
  await came('"message":{"action":"refresh","prop":"account"}')
  await database.query('delete from sessions where id = 42')
  await came('"reason":"unauthorized"')

  await server.stop()
  expect(answers).toEqual(['confirm_subscription', 'reject_subscription', 'reject_subscription'])
  expect(migrated).toMatchObject({ code: 0, error: '' })
  expect(doctor.out).toContain('Nothing is wrong.')
})

/** What the guide's Ruby is told by a server at this port. */
function position(port: number): unknown {
  const code = blocksOf('docs/guides/refresh-rails.md').find(({ file }) => file === 'syncline.rb')?.code
  const url = `http://127.0.0.1:${port}`
  const { stdout, stderr } = spawnSync('ruby', ['-e', `${code}\nputs JSON.generate(Syncline.position)`], {
    env: { ...process.env, ...environment, SYNCLINE_URL: url },
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}
