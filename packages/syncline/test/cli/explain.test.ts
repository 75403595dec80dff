/** `syncline explain` and `syncline doctor` as programs of their own, against a real PostgreSQL and a running server. */
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type Application, makeApplication } from './built-cli.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const server = Object.values(inject('servers'))[0] as string
let application: Application
let database: TestDatabase
let environment: Record<string, string>

const SCHEMA = `import { defineSchema, hasMany, model, reference, text } from 'syncline'
export const schema = defineSchema({
  models: {
    account: model('accounts', { name: text(), plan: text() }, {
      id: 'bigint', broadcastsTo: ['all'], refreshes: { single: { prop: 'billing', when: ['plan'] }, collection: 'accounts' },
    }),
    accountUser: model('account_users', { accountId: reference('account'), userId: text() }, { id: 'bigint', broadcastsTo: ['account'] }),
  },
  relations: { account: { accountUsers: hasMany('accountUser') } },
})`
const ACCESS = `import { sql, through } from 'syncline/server'
export const access = {
  account: {
    accessibleBy: (user, account) => sql\`exists (select 1 from account_users m where m.account_id = \${account.id} and m.user_id = \${user.id})\`,
    all: (user) => user.siteAdmin === true,
  },
  accountUser: through('account'),
}
export const authenticate = (request) => null`

beforeAll(async () => {
  application = await makeApplication()
  application.write('schema.mjs', SCHEMA)
  application.write('access.mjs', ACCESS)
  database = await createTestDatabase(server)
  environment = { DATABASE_URL: database.url }
  await database.query(`
    create table accounts (id bigint primary key, name text not null, plan text not null);
    create table account_users (id bigint primary key, account_id bigint not null references accounts, user_id text not null);
    insert into accounts values (1, 'Acme', 'free'), (2, 'Other', 'free');
    insert into account_users values (1, 1, 'ben');`)
})
afterAll(async () => {
  await application?.remove()
  await database?.drop()
})

test('doctor says what a database lacks, and that all is well once it is migrated', async () => {
  const before = await application.syncline(['doctor'], environment)
  await application.syncline(['migrate'], environment)
  await database.query(`update accounts set name = 'Renamed' where id = 1`)
  const after = await application.syncline(['doctor'], environment)

  expect(before.code).toBe(1)
  expect(before.out).toContain('BAD   log:')
  expect(before.out).toMatch(/\d+ to mend\.\n$/)
  expect(after).toMatchObject({ code: 0, error: '' })
  expect(after.out).toContain(
    'ok    settings: Sync is on; markers are collected for 300 ms, 100 channels a connection.',
  )
  expect(after.out).toContain('ok    log: Every declared table is captured')
  expect(after.out).toContain('The newest change in the log is one of `account`')
  expect(after.out).toContain('ok    access: Every model has a reading rule')
  expect(after.out).toContain('Nothing is wrong.')
})

test('doctor names settings that switch sync off or cannot be meant, a disabled trigger, and a database that is not there', async () => {
  await database.query('alter table accounts disable trigger user')
  const disabled = await application.syncline(['doctor'], { ...environment, ENABLE_SYNC: 'false' })
  await database.query('alter table accounts enable trigger user')
  const nowhere = await application.syncline(['doctor', '--database', 'postgres://127.0.0.1:1/nothing'], {
    SYNC_DEBOUNCE_MS: 'soon',
  })

  expect(disabled.out).toContain('BAD   settings: SYNC_ENABLED (or ENABLE_SYNC) turns sync off')
  expect(nowhere.out).toContain('SYNC_DEBOUNCE_MS is `soon`')
  expect(disabled.code).toBe(1)
  expect(disabled.out).toContain('BAD   log:')
  expect(nowhere.out).toContain('BAD   database: The database cannot be used')
})

test('explain broadcasts prints which models broadcast to what', async () => {
  const all = await application.syncline(['explain', 'broadcasts'])
  const none = await application.syncline(['explain', 'broadcasts', 'acount'])

  expect(all.out).toContain(
    'create or update of account      Account:{id}                refresh  billing (when plan changes)',
  )
  expect(all.out).toContain('delete of account                Account:all                 remove   accounts')
  expect(none).toMatchObject({ code: 1, out: '' })
  expect(none.error).toContain('Did you mean `account`?')
})

test('explain may-read names the rule that decided, and exits with 1 for no', async () => {
  const ask = (channel: string, user: string) =>
    application.syncline(['explain', 'may-read', channel, '--user', user], environment)

  const [member, stranger, admin, unsound] = await Promise.all([
    ask('Account:1', 'ben'),
    ask('Account:2', 'ben'),
    ask('Account:all', '{"id":"ana","siteAdmin":true}'),
    ask('Account:1', '{"name":"Ana"}'),
  ])

  expect(member).toMatchObject({ code: 0 })
  expect(member?.out).toContain('yes  access.account.accessibleBy')
  expect(stranger).toMatchObject({ code: 1 })
  expect(stranger?.out).toContain('no  access.account.accessibleBy\n')
  expect(stranger?.out).toContain('does not hold for record `2` and user `ben`')
  expect(admin?.out).toContain('yes  access.account.all')
  expect(unsound?.error).toContain('which has no `id` as text')
})

test('explain watch shows broadcasts as they happen', async () => {
  const watch = application.start(['explain', 'watch'], environment)
  await expect.poll(watch.text, { timeout: 120_000 }).toContain('Watching the log.')

  await database.query(`insert into account_users values (2, 2, 'cleo')`)
  await expect
    .poll(watch.text, { timeout: 120_000 })
    .toContain('Account:2/account_users  refresh of account_users  (create)')

  expect(await watch.stop()).toBe(0)
})

test('explain connections asks a running server, and doctor tries its sockets', async () => {
  const port = await freePort()
  application.write(
    'server.mjs',
    `import { createServer } from 'node:http'
     import { createSync, postgres, toNode } from 'syncline/server'
     import { schema } from './schema.mjs'
     import { access } from './access.mjs'
     const sync = createSync({ schema, access, authenticate: () => null, database: postgres(process.env.DATABASE_URL),
       secret: 'a secret of this test run', operatorToken: 'the-operator' })
     const server = createServer(toNode(sync.fetch))
     sync.attach(server)
     await sync.ready
     server.listen(${port}, '127.0.0.1', () => console.log('listening'))
     process.on('SIGTERM', () => sync.close({ graceMs: 0 }).then(() => process.exit()))`,
  )
  const running = application.run('server.mjs', environment)
  await expect.poll(running.text, { timeout: 120_000 }).toContain('listening')
  const url = `http://127.0.0.1:${port}`
  const connections = (token: string) =>
    application.syncline(['explain', 'connections', '--url', `${url}/sync`, '--token', token])

  const [known, unknown, doctor, absent] = await Promise.all([
    connections('the-operator'),
    connections('somebody'),
    application.syncline(['doctor', '--url', url], environment),
    application.syncline(['doctor', '--url', 'http://127.0.0.1:1'], environment),
  ])
  await running.stop()

  expect(known).toMatchObject({ code: 0, out: 'Nobody is connected: no page has opened its socket.\n' })
  expect(unknown?.error).toContain('answered 401. The token is not the `operatorToken`')
  expect(doctor?.out).toContain(`ok    server: A socket to ws://127.0.0.1:${port}/cable opens.`)
  expect(doctor?.out).toContain(`ok    server: A socket to ws://127.0.0.1:${port}/sync opens.`)
  expect(absent?.out).toContain('BAD   server: http://127.0.0.1:1/sync/health does not answer')
})
