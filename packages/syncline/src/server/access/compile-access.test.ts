import { expect, test } from 'vitest'
import { sql } from '../../postgres/sql.ts'
import { model, room } from '../../schema/declaration.ts'
import { defineSchema } from '../../schema/define-schema.ts'
import { reference, text } from '../../schema/field-declaration.ts'
import type { Model } from '../../schema/model.ts'
import type { Logger } from '../logger.ts'
import { accessible } from './accessible.ts'
import { compileAccess } from './compile-access.ts'
import { type Access, through } from './declaration.ts'
import { guardNames, guardTables } from './guard-tables.ts'

const schema = defineSchema({
  models: {
    account: model('accounts', { name: text(), plan: text() }),
    note: model('notes', { accountId: reference('account'), body: text() }),
    production: model('productions', { name: text(), accountId: reference('account') }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
    secret: model('secrets', { text: text() }),
  },
  rooms: { production: room({ camera: 'productionId', photo: 'camera.productionId' }) },
})

interface Person {
  readonly id: string
  readonly siteAdmin?: boolean
  readonly role?: string
  readonly [property: string]: unknown
}

const access: Access<typeof schema, Person> = {
  account: {
    accessibleBy: (user, account) =>
      user.siteAdmin
        ? sql.all
        : sql`exists (select 1 from account_users m where m.account_id = ${account.id} and m.user_id = ${user.id})`,
    all: (user) => user.siteAdmin === true,
    create: (user) => user.role === 'sales',
    write: { create: true, update: ['name'], when: (user) => user.role !== 'guest' },
  },
  note: through('account', { write: { create: ['*', 'accountId'], update: true, delete: true } }),
  production: through('account'),
  camera: through('production', { write: { update: true } }),
  lens: { all: () => true },
}

type Name = 'account' | 'note' | 'production' | 'camera' | 'photo' | 'lens' | 'secret'
const { account, note, camera, photo, lens, secret } = schema.models as Record<Name, Model>
const ben = { id: 'ben' }
const ana = { id: 'ana', siteAdmin: true }

function recorder() {
  const lines: { level: string; fields: object; message: string }[] = []
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message })
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { log, lines }
}

test('A1: a rule becomes a condition whose values are parameters', () => {
  const condition = compileAccess(schema, access).read(account, ben, 'a')

  expect(condition.text(1)).toBe(
    'exists (select 1 from account_users m where m.account_id = "a"."id" and m.user_id = $2)',
  )
  expect(condition.values).toEqual(['ben'])
  expect(compileAccess(schema, access).read(account, ana, 'a')).toBe(sql.all)
})

test('A1: borrowed rules nest, each in an alias of its own', () => {
  const rules = compileAccess(schema, access)

  expect(rules.read(photo, ben, 'p').text()).toBe(
    'exists (select 1 from "cameras" "sync_1" where "sync_1"."id" = "p"."camera_id" and (exists (select 1 from "productions" "sync_2" where "sync_2"."id" = "sync_1"."production_id" and (exists (select 1 from "accounts" "sync_3" where "sync_3"."id" = "sync_2"."account_id" and (exists (select 1 from account_users m where m.account_id = "sync_3"."id" and m.user_id = $1)))))))',
  )
  expect(rules.read(note, ana, 'n').text()).toBe(
    'exists (select 1 from "accounts" "sync_1" where "sync_1"."id" = "n"."account_id")',
  )
})

test('A1: without a rule, without a user and without an id nobody reads or writes', () => {
  const rules = compileAccess(schema, access)

  expect(rules.read(secret, ana, 's')).toBe(sql.none)
  expect(rules.write(secret, 'update', ana, 's')).toBeNull()
  for (const nobody of [undefined, null, {}, { id: '' }, { id: 7 }] as never[]) {
    expect(rules.read(account, nobody, 'a')).toBe(sql.none)
    expect(rules.all(account, nobody)).toBe(false)
    expect(rules.write(account, 'update', nobody, 'a')).toBeNull()
  }
})

test('a member of a room needs no rule to be read by whoever may read the room, and is written by nobody', () => {
  const rules = compileAccess(schema, { ...access, camera: undefined })

  expect(rules.read(camera, ana, 'c').text()).toContain('"productions"')
  expect(rules.write(camera, 'update', ana, 'c')).toBeNull()
})

test('`all` opens the channel, and the rows of a shared model only', () => {
  const rules = compileAccess(schema, access)

  expect([
    rules.all(account, ana),
    rules.all(account, ben),
    rules.all(lens, ben),
    rules.all(camera, ana),
  ]).toEqual([true, false, true, false])
  expect(rules.read(lens, ben, 'l')).toBe(sql.all)
  expect(rules.read(account, ben, 'a')).not.toBe(sql.all)
})

test('A4: `*` is every field but references; what is not listed is not writable', () => {
  const rules = compileAccess(schema, access)

  expect([...(rules.write(note, 'create', ben, 'n')?.fields ?? [])]).toEqual(['body', 'accountId'])
  expect([...(rules.write(note, 'update', ben, 'n')?.fields ?? [])]).toEqual(['body'])
  expect([...(rules.write(account, 'update', ben, 'a')?.fields ?? [])]).toEqual(['name'])
  expect(rules.write(note, 'delete', ben, 'n')?.fields.size).toBe(0)
  expect(rules.write(account, 'delete', ana, 'a')).toBeNull()
})

test('`create` alone decides who may start a record; other writes keep `when`', () => {
  const rules = compileAccess(schema, access)

  expect(rules.write(account, 'create', { id: 'eve', role: 'sales' }, 'a')).toMatchObject({
    when: sql.all,
    insteadOfRead: true,
  })
  expect(rules.write(account, 'create', ben, 'a')?.when).toBe(sql.none)
  expect(rules.write(account, 'update', { id: 'eve', role: 'guest' }, 'a')?.when).toBe(sql.none)
  expect(rules.write(account, 'update', ben, 'a')?.insteadOfRead).toBeUndefined()
})

test('a borrowed rule brings the write condition of the record it borrows from', () => {
  const rules = compileAccess(schema, access)

  expect(rules.write(note, 'update', { id: 'eve', role: 'guest' }, 'n')?.when).toBe(sql.none)
  expect(rules.write(note, 'update', ben, 'n')?.when.text()).toContain('account_users')
  expect(rules.write(camera, 'update', { id: 'eve', role: 'guest' }, 'c')?.when).toBe(sql.none)
})

test('a rule that throws or answers anything but SQL or a boolean refuses, and says so', () => {
  for (const [rule, said] of [
    [() => (undefined as never as { x: boolean }).x, 'threw'],
    [() => undefined, 'undefined'],
    [() => 'true', 'string'],
    [() => 1, 'number'],
    [() => ({ text: 'true' }), 'object'],
    [async () => true, 'promise'],
    [
      (_: unknown, record: Record<string, unknown>) => sql`${record.nmae as string} = 1`,
      'Did you mean `name`?',
    ],
  ] as [() => never, string][]) {
    const { log, lines } = recorder()
    const rules = compileAccess(
      schema,
      { account: { accessibleBy: rule, all: rule, write: { update: true, when: rule } } },
      log,
    )

    expect(rules.read(account, ben, 'a')).toBe(sql.none)
    expect(rules.all(account, ben)).toBe(false)
    expect(rules.write(account, 'update', ben, 'a')?.when).toBe(sql.none)
    expect(JSON.stringify(lines)).toContain(said)
  }
})

test('a comment at the end of a rule hides nothing that follows', () => {
  const rules = compileAccess(schema, {
    account: { accessibleBy: () => sql`exists (select 1 from members) -- everybody` },
    note: through('account'),
  })

  expect(rules.read(note, ben, 'n').text()).toMatch(/-- everybody\n\)+$/)
})

test('A1: a rule that hides the record behind an alias of its own is refused', () => {
  const { log, lines } = recorder()
  const rules = compileAccess(
    schema,
    {
      account: {
        accessibleBy: (user, record) =>
          sql`exists (select 1 from roles r where r.account_id = ${record.id} and r.user_id = ${user.id})`,
      },
    },
    log,
  )

  expect(rules.read(account, ben, 'r')).toBe(sql.none)
  expect(rules.read(account, ben, 'r')).toBe(sql.none)
  expect(rules.read(account, ben, 'sync_record').text()).toContain('roles r')
  expect(lines).toHaveLength(1)
  expect(lines[0]?.message).toContain('another alias')
})

test('A2: a rule depends on the tables it reads for any user, and on those of the records it borrows from', () => {
  const rules = compileAccess(schema, {
    account: {
      accessibleBy: (user: Person, record) => {
        if (user.siteAdmin && user.role === 'auditor')
          return sql`${record.id} in (select account_id from audits)`
        if ((user.groups as string[] | undefined)?.includes('vip'))
          return sql`${record.id} in (select id from vips)`
        return user.role === 'guest'
          ? sql`exists (select 1 from crm.invitations i where i.user_id = ${user.id})`
          : sql.none
      },
      dependsOn: ['policies'],
    },
    note: through('account'),
  })

  const tables = ['accounts', 'audits', 'vips', 'crm.invitations', 'policies']
  expect([...rules.dependencies(account)].sort()).toEqual([...tables].sort())
  expect([...rules.dependencies(note)].sort()).toEqual([...tables, 'notes'].sort())
  expect([...rules.dependencies(secret)]).toEqual(['secrets'])
})

test('A2: guarding tables are those that rules read and that do not synchronise', () => {
  expect(guardTables(schema, access, ['sessions'])).toEqual(['account_users', 'sessions'])
  expect(
    guardTables(schema, { account: { accessibleBy: () => sql`exists (select 1 from lenses, notes)` } }),
  ).toEqual([])
})

test('A2: columns that only rules read are found by their names', () => {
  const names = guardNames(schema, {
    account: {
      accessibleBy: (user, record) =>
        sql`exists (select 1 from notes n where n.account_id = ${record.id} and not n."Hidden" and n.author = ${user.id})`,
    },
  })

  expect([...names]).toEqual(expect.arrayContaining(['account_id', 'Hidden', 'author', 'id']))
  expect(names.has('plan')).toBe(false)
})

test('A2: a table that only shows at run time is reported with the remedy, and counts from then on', () => {
  const { log, lines } = recorder()
  const hidden = (user: Person) =>
    user.id.startsWith('b') && user.id.endsWith('n') ? sql`exists (select 1 from hidden_members)` : sql.none
  const rules = compileAccess(schema, { account: { accessibleBy: hidden } }, log)

  rules.read(account, ben, 'a')
  rules.read(account, ben, 'a')

  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ level: 'error', fields: { tables: ['hidden_members'] } })
  expect(lines[0]?.message).toContain("dependsOn: ['hidden_members']")
  expect(rules.dependencies(account).has('hidden_members')).toBe(true)
})

test('A2: a function whose tables cannot be seen is reported, unless they are declared', () => {
  const { log, lines } = recorder()
  const calls = (user: Person, record: { id: typeof sql.all }) => sql`app.may_see(${user.id}, ${record.id})`

  compileAccess(schema, { account: { accessibleBy: calls } }, log)
  compileAccess(schema, { account: { accessibleBy: calls, dependsOn: ['grants'] } }, log)

  expect(lines).toHaveLength(1)
  expect(lines[0]?.message).toContain('`app.may_see`')
})

test('mistakes in a declaration are found when it is made, by name', () => {
  const mistakes: [object, string][] = [
    [{ acount: {} }, 'Did you mean `account`?'],
    [{ account: { accessibelBy: () => true } }, 'Did you mean `accessibleBy`?'],
    [{ account: { accessibleBy: () => true, write: { updat: true } } }, 'Did you mean `update`?'],
    [{ account: { accessibleBy: () => true, write: { update: ['nmae'] } } }, 'Did you mean `name`?'],
    [{ account: { accessibleBy: () => true, create: () => true } }, '`write.create` names no fields'],
    [{ account: { write: { update: true } } }, 'not who may read'],
    [{ note: through('acount') }, '`accountId`'],
    [{ note: { ...through('account'), accessibleBy: () => true } }, 'both'],
    [{ camera: { accessibleBy: () => true } }, "through('productionId'"],
    [{ __proto__: { account: {} }, toString: {} }, '`access.toString` is not a model'],
  ]
  for (const [declaration, said] of mistakes) {
    expect(() => compileAccess(schema, declaration as never), said).toThrow(said)
  }
})

test('rules that borrow from each other in a circle are refused', () => {
  const circular = defineSchema({
    models: { folder: model('folders', { parentId: reference('folder'), name: text() }) },
  })

  expect(() => compileAccess(circular, { folder: through('parent') })).toThrow('folder → folder')
})

test('the application asks with the same condition in its own queries', () => {
  const rules = compileAccess(schema, access)

  expect(accessible(schema, rules, ben, 'account').text()).toContain('"accounts"."id"')
  expect(accessible(schema, rules, ben, 'production', 'p').text()).toContain('"p"."account_id"')
  expect(() => accessible(schema, rules, ben, 'prodution')).toThrow('Did you mean `production`?')
})

test('A4: a rule for deletes holds beside `when`, and the tables it reads are watched', () => {
  const declared: Access<typeof schema, Person> = {
    account: {
      accessibleBy: () => true,
      write: {
        update: true,
        delete: (user) => sql`exists (select 1 from owners o where o.user_id = ${user.id})`,
        when: (user) => user.role !== 'guest',
      },
    },
  }
  const rules = compileAccess(schema, declared)

  const texts = [ben, { id: 'guest', role: 'guest' }].map((user) =>
    rules.write(account, 'delete', user, 'a')?.when.text(),
  )

  expect(texts).toEqual(['exists (select 1 from owners o where o.user_id = $1)', 'false'])
  expect(rules.write(account, 'update', ben, 'a')?.when).toBe(sql.all)
  expect(guardTables(schema, declared)).toEqual(['owners'])
})
