/**
 * Access rules against an oracle that knows nothing of SQL: random people, records and memberships, and every
 * decision about every user, action and record computed twice.
 */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Sql, sql } from '../../src/postgres/sql.ts'
import type { User } from '../../src/protocol/user.ts'
import { model, room } from '../../src/schema/declaration.ts'
import { defineSchema } from '../../src/schema/define-schema.ts'
import { oneOf, reference, text } from '../../src/schema/field-declaration.ts'
import type { Model } from '../../src/schema/model.ts'
import { compileAccess } from '../../src/server/access/compile-access.ts'
import { type Access, through } from '../../src/server/access/declaration.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

const schema = defineSchema({
  models: {
    account: model('accounts', { name: text(), ownerId: text() }),
    accountUser: model('account_users', {
      accountId: reference('account'),
      userId: text(),
      role: oneOf('owner', 'member', 'guest'),
    }),
    note: model('notes', { accountId: reference('account').nullable(), body: text(), isPrivate: text() }),
    production: model('productions', { accountId: reference('account'), name: text() }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
    secret: model('secrets', { name: text() }),
  },
  rooms: { production: room({ camera: 'productionId', photo: 'camera.productionId' }) },
})

interface Person extends User {
  readonly admin: boolean
  readonly level: number
}

const member = (user: Person, accountId: Sql, roles: readonly string[]) => sql`exists (
  select 1 from account_users m where m.account_id = ${accountId} and m.user_id = ${user.id} and m.role = any(${roles}))`

const access: Access<typeof schema, Person> = {
  account: {
    accessibleBy: (user, account) =>
      user.admin
        ? sql.all
        : sql`${account.ownerId} = ${user.id} or ${member(user, account.id, ['owner', 'member', 'guest'])}`,
    create: (user, account) => user.level > 1 && sql`${account.ownerId} = ${user.id}`,
    write: {
      create: true,
      update: ['name'],
      delete: true,
      when: (user, account) => sql`${account.ownerId} = ${user.id} or ${member(user, account.id, ['owner'])}`,
    },
  },
  accountUser: through('account', { write: { create: ['*', 'accountId'], delete: true } }),
  note: through('account', {
    write: {
      create: ['body', 'accountId'],
      update: ['body'],
      when: (_user, note) => sql`${note.isPrivate} = 'no'`,
    },
  }),
  production: {
    accessibleBy: (user, production) => member(user, production.accountId, ['owner', 'member']),
    write: { update: true, when: (user) => user.level > 0 },
  },
  camera: through('production', { write: { update: true, delete: true } }),
  lens: { all: (user) => user.level > 0, write: { update: true } },
}

type Row = Record<string, string | null> & { id: string }
type Tables = Record<
  'accounts' | 'account_users' | 'notes' | 'productions' | 'cameras' | 'photos' | 'lenses' | 'secrets',
  Row[]
>
type Action = 'read' | 'create' | 'update' | 'delete'

/** Says the same as `access`, in plain loops over plain rows. */
function oracle(tables: Tables, user: Person, action: Action, modelName: string, row: Row): boolean {
  const one = (rows: Row[], id: string | null | undefined) => rows.find((candidate) => candidate.id === id)
  const roleIn = (accountId: string | null | undefined, roles: string[]) =>
    tables.account_users.some(
      (m) => m.account_id === accountId && m.user_id === user.id && roles.includes(m.role as string),
    )
  const readsAccount = (account: Row | undefined): boolean =>
    account !== undefined &&
    (user.admin || account.owner_id === user.id || roleIn(account.id, ['owner', 'member', 'guest']))
  const writesAccount = (account: Row | undefined): boolean =>
    account !== undefined &&
    readsAccount(account) &&
    (account.owner_id === user.id || roleIn(account.id, ['owner']))
  const readsProduction = (production: Row | undefined): boolean =>
    production !== undefined && roleIn(production.account_id, ['owner', 'member'])
  const account = () => one(tables.accounts, row.account_id)
  const production = () => one(tables.productions, row.production_id)
  switch (modelName) {
    case 'account':
      if (action === 'read') return readsAccount(row)
      if (action === 'create') return user.level > 1 && row.owner_id === user.id
      return writesAccount(row)
    case 'accountUser':
      return action === 'read' ? readsAccount(account()) : action !== 'update' && writesAccount(account())
    case 'note':
      if (action === 'read') return readsAccount(account())
      return action !== 'delete' && row.is_private === 'no' && writesAccount(account())
    case 'production':
      if (action === 'read') return readsProduction(row)
      return action === 'update' && readsProduction(row) && user.level > 0
    case 'camera':
      if (action === 'read') return readsProduction(production())
      return action !== 'create' && readsProduction(production()) && user.level > 0
    case 'photo': {
      const camera = one(tables.cameras, row.camera_id)
      return action === 'read' && readsProduction(one(tables.productions, camera?.production_id))
    }
    case 'lens':
      return (action === 'read' || action === 'update') && user.level > 0
    default:
      return false
  }
}

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const random = seededRandom(SEED)
const randomInt = (below: number) => Math.floor(random() * below)

const pick = <T>(from: readonly T[]): T => from[randomInt(from.length)] as T
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))

function randomTables(users: readonly Person[]): Tables {
  const accounts = many(12, (n) => ({ id: `a${n}`, name: 'x', owner_id: pick(users).id }))
  const productions = many(20, (n) => ({ id: `p${n}`, name: 'x', account_id: pick(accounts).id }))
  const cameras = many(60, (n) => ({ id: `c${n}`, name: 'x', production_id: pick(productions).id }))
  return {
    accounts,
    productions,
    cameras,
    account_users: many(40, (n) => ({
      id: `m${n}`,
      account_id: pick(accounts).id,
      user_id: pick(users).id,
      role: pick(['owner', 'member', 'guest']),
    })),
    notes: many(60, (n) => ({
      id: `n${n}`,
      account_id: randomInt(10) === 0 ? null : pick(accounts).id,
      body: 'x',
      is_private: pick(['yes', 'no']),
    })),
    photos: many(60, (n) => ({ id: `f${n}`, caption: 'x', camera_id: pick(cameras).id })),
    lenses: many(5, (n) => ({ id: `l${n}`, name: 'x' })),
    secrets: many(5, (n) => ({ id: `s${n}`, name: 'x' })),
  }
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  for (const { table, fields } of Object.values(schema.models)) {
    const columns = Object.values(fields).map((field) => `${field.column} text`)
    await database.query(`create table ${table} (id text primary key, ${columns.join(', ')})`)
  }
})

afterAll(() => database.drop())

async function fill(tables: Tables): Promise<void> {
  for (const [table, rows] of Object.entries(tables)) {
    await database.query(`delete from ${table}`)
    await database.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`, [
      JSON.stringify(rows),
    ])
  }
}

/** Ids of the records for which SQL says yes. */
async function allowed(user: Person, action: Action, { table }: Model, of: Model): Promise<Set<string>> {
  const rules = compileAccess(schema, access)
  const read = rules.read(of, user, 'sync_record')
  const write = action === 'read' ? undefined : rules.write(of, action, user, 'sync_record')
  if (write === null) return new Set()
  const condition = !write ? read : write.insteadOfRead ? write.when : sql`(${read}) and (${write.when})`
  const rows = await database.query<{ id: string }>(
    `select id from ${table} as sync_record where ${condition.text()}`,
    condition.values as unknown[],
  )
  return new Set(rows.map(({ id }) => id))
}

test('A1 A4: 10,000 and more random decisions agree with an oracle, and none lets anybody in who may not', {}, async () => {
  const users: Person[] = many(8, (n) => ({ id: `u${n}`, admin: n === 0, level: n % 3 }))
  let decisions = 0
  let permitted = 0
  const wrong: string[] = []

  for (let round = 0; round < 3; round++) {
    const tables = randomTables(users)
    await fill(tables)
    for (const user of users) {
      for (const of of Object.values(schema.models)) {
        for (const action of ['read', 'create', 'update', 'delete'] as const) {
          const yes = await allowed(user, action, of, of)
          for (const row of tables[of.table as keyof Tables]) {
            const expected = oracle(tables, user, action, of.name, row)
            decisions++
            if (expected) permitted++
            if (yes.has(row.id) !== expected) {
              wrong.push(
                `${JSON.stringify(user)} ${action} ${of.name} ${JSON.stringify(row)}: SQL says ${yes.has(row.id)}`,
              )
            }
          }
        }
      }
    }
  }

  expect(wrong, `SEED=${SEED}`).toEqual([])
  expect(decisions).toBeGreaterThanOrEqual(10_000)
  // An oracle that always says no would agree with rules that always refuse.
  expect(permitted).toBeGreaterThan(1_000)
})

test('A4: of every field that exists, exactly the listed ones are writable', () => {
  const rules = compileAccess(schema, access)
  const user: Person = { id: 'u1', admin: true, level: 2 }
  const writable = Object.values(schema.models).flatMap((of) =>
    (['create', 'update', 'delete'] as const).flatMap((action) =>
      [...(rules.write(of, action, user, 'sync_record')?.fields ?? [])].map(
        (field) => `${action} ${of.name}.${field}`,
      ),
    ),
  )

  expect(writable.sort()).toEqual(
    [
      'create account.name',
      'create account.ownerId',
      'create accountUser.accountId',
      'create accountUser.role',
      'create accountUser.userId',
      'create note.accountId',
      'create note.body',
      'update account.name',
      'update camera.name',
      'update lens.name',
      'update note.body',
      'update production.name',
    ].sort(),
  )
})
