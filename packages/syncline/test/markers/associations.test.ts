/** What a change marks along has-one and has-many, and which props it names there, in a real database. */
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { createSync, migrate, postgres, type Sync } from '../../src/server/index.ts'
import { defineSchema, hasMany, hasOne, integer, model, reference, text } from '../../src/schema/index.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

const schema = defineSchema({
  models: {
    author: model(
      'authors',
      { name: text() },
      { id: 'bigint', broadcastsTo: ['articles', 'portrait'], refreshes: { parent: 'byline' } },
    ),
    article: model('articles', { authorId: reference('author').nullable(), title: text() }, { id: 'bigint' }),
    portrait: model('portraits', { authorId: reference('author'), path: text() }, { id: 'bigint' }),
    remark: model(
      'remarks',
      { articleId: reference('article'), body: text(), likes: integer().default(0) },
      {
        id: 'bigint',
        broadcastsTo: ['article', 'all'],
        refreshes: {
          parent: { prop: 'discussion', when: ['body'] },
          collection: { prop: 'latest', when: ['body'] },
        },
      },
    ),
  },
  relations: { author: { articles: hasMany('article'), portrait: hasOne('portrait') } },
})

const TABLES = `
create table authors (id bigint primary key, name text not null);
create table articles (id bigint primary key, author_id bigint references authors on delete set null, title text not null);
create table portraits (id bigint primary key, author_id bigint not null references authors on delete cascade, path text not null);
create table remarks (id bigint primary key, article_id bigint not null references articles on delete cascade, body text not null, likes int not null default 0);
`
const ROWS = `
truncate authors, articles, portraits, remarks;
insert into authors values (1, 'Ana'), (2, 'Ben');
insert into articles values (11, 1, 'First'), (12, 1, 'Second'), (21, 2, 'Another');
insert into portraits values (31, 1, 'ana.png'), (32, 2, 'ben.png');
insert into remarks values (41, 11, 'Well said');
`

let database: TestDatabase
let sync: Sync
beforeAll(async () => {
  const servers = inject('servers')
  const newest = Math.max(...Object.keys(servers).map(Number))
  database = await createTestDatabase(servers[String(newest)] as string)
  await database.query(TABLES)
  const opened = postgres(database.url)
  const access = {
    author: { accessibleBy: () => true },
    article: { accessibleBy: () => true },
    portrait: { accessibleBy: () => true },
    remark: { accessibleBy: () => true },
  }
  await migrate({ schema, database: opened, access })
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const secret = 'a secret of this test run'
  sync = createSync({ schema, database: opened, secret, authenticate: () => null, access, logger: quiet })
  await sync.ready
})
beforeEach(() => database.query(ROWS))
afterAll(async () => {
  await sync?.close({ graceMs: 0 })
  await database?.drop()
})

/** What is marked while the work is done, as `channel action props`. */
async function marksOf(work: string): Promise<string[]> {
  // What was committed before is not the work's.
  await sync.position()
  const marked: string[] = []
  const stop = sync.explain.onBroadcast(({ channel, action, props }) =>
    marked.push([channel, action, ...props].join(' ')),
  )
  await database.query(work)
  await sync.position()
  stop()
  return marked.sort()
}

test('has-many marks each record that refers to the changed one, has-one the only one, with the declared prop', async () => {
  expect(await marksOf("update authors set name = 'Anna' where id = 1")).toEqual([
    'Article:11 refresh byline',
    'Article:12 refresh byline',
    'Author:1 refresh author',
    'Portrait:31 refresh byline',
  ])
})

test('what referred to a deleted record is still found, however the database dealt with the reference', async () => {
  const marked = await marksOf('delete from authors where id = 2')

  expect(marked.filter((mark) => mark.startsWith('Author'))).toEqual(['Author:2 remove author'])
  expect(marked.filter((mark) => mark.startsWith('Article'))).toEqual([
    expect.stringMatching(/^Article:21 refresh (article byline|byline article)$/),
  ])
  expect(marked.filter((mark) => mark.startsWith('Portrait'))).toEqual([
    expect.stringMatching(/^Portrait:32 remove (portrait byline|byline portrait)$/),
  ])
})

test('a prop of a parent or a collection that hangs on a field is named when that field changed', async () => {
  const named = await marksOf("update remarks set body = 'Well put' where id = 41")
  const marked = await marksOf('update remarks set likes = 1 where id = 41')

  expect(named).toEqual([
    'Article:11 refresh discussion',
    'Article:11/remarks refresh latest',
    'Remark:41 refresh remark',
    'Remark:all refresh latest',
  ])
  expect(marked).toEqual([
    'Article:11 refresh',
    'Article:11/remarks refresh',
    'Remark:41 refresh remark',
    'Remark:all refresh',
  ])
})
