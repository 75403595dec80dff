/** `syncline init` and `syncline dev` on databases that nobody here designed: the structures of Pagila and Chinook. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, createClient } from 'syncline/client'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { readCatalog } from '../../src/cli/init/catalog.ts'
import { declarePlan } from '../../src/cli/init/declare-plan.ts'
import { planSchema } from '../../src/cli/init/plan-schema.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import type { Schema } from '../../src/schema/define-schema.ts'
import { type Application, makeApplication } from './built-cli.ts'

// Every command is a process of its own, and a reload is two.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

let application: Application
beforeAll(async () => {
  application = await makeApplication()
})
afterAll(() => application?.remove())

interface Sample {
  readonly name: string
  readonly models: number
  /** Parts of the file that must be there. */
  readonly says: readonly string[]
  /** Uses of the declared rows that must pass the type checker. */
  readonly usage: string
  readonly room: { readonly model: string; readonly id: string; readonly holds: Record<string, number> }
  /** A change by SQL and how it is logged. */
  readonly change: { readonly sql: string; readonly logged: object }
  /** A field that the change wrote, as a device has it. */
  readonly seen: {
    readonly model: string
    readonly id: string
    readonly field: string
    readonly value: unknown
  }
}

const pagila: Sample = {
  name: 'pagila',
  models: 13,
  says: [
    "rating: oneOf('G', 'PG', 'PG-13', 'R', 'NC-17').nullable().default('G')",
    'releaseYear: integer().nullable()',
    'specialFeatures: array(text()).nullable()',
    "rentalRate: decimal().default('4.99')",
    'left out: fulltext, no kind of field holds tsvector.',
    'left out: password, by its name a secret',
    "{ id: 'integer', idColumn: 'payment_id' }",
    'guess: `payment_id` identifies a record.',
    "originalLanguageId: reference('language').nullable()",
    "films: hasMany('film', { by: 'languageId' })",
    "storeByManagerStaff: hasOne('store')",
    'guess: 5 models lead to `store` by references',
    "rental: 'inventoryId.storeId'",
    'guess: shared, because it is in no room and `inventory` refers to it.',
    'film_actor: its primary key has 2 columns (`actor_id`, `film_id`)',
    'staff_list: it is a view',
    'guess: `last_update` is when a row was last changed',
  ],
  usage: `import type { NewRow, Row } from 'syncline'
    import type { schema } from './schema.js'
    export const rating = (film: Row<typeof schema, 'film'>): 'G' | 'PG' | 'PG-13' | 'R' | 'NC-17' | null => film.rating
    export const rental: NewRow<typeof schema, 'rental'> = { rentalDate: '2022-01-01T00:00:00Z', inventoryId: '1', customerId: '1', staffId: '1' }`,
  room: { model: 'store', id: '1', holds: { customer: 1, inventory: 1, staff: 1, rental: 1, payment: 1 } },
  change: {
    sql: 'update payment set amount = 5.99 where payment_id = 1',
    logged: { room: 'Store:1', model: 'payment', id: '1', action: 'update', fields: { amount: '5.99' } },
  },
  seen: { model: 'payment', id: '1', field: 'amount', value: '5.99' },
}

const chinook: Sample = {
  name: 'chinook',
  models: 10,
  says: [
    "mediaType: model(\n      'MediaType'",
    "supportRepId: reference('employee').nullable().column('SupportRepId')",
    "reportsToId: reference('employee').nullable().column('ReportsTo')",
    "employeesByReportsTo: hasMany('employee')",
    "invoiceLine: 'invoiceId.customerId'",
    'alter table "PlaylistTrack" add column id uuid not null default gen_random_uuid() unique',
    'in no room and not shared',
  ],
  usage: `import type { Row } from 'syncline'
    import type { schema } from './schema.js'
    export const price = (track: Row<typeof schema, 'track'>): string => track.unitPrice`,
  room: { model: 'customer', id: '1', holds: { invoice: 1, invoiceLine: 1 } },
  change: {
    sql: `update "InvoiceLine" set "Quantity" = 3 where "InvoiceLineId" = 1`,
    logged: { room: 'Customer:1', model: 'invoiceLine', id: '1', action: 'update', fields: { quantity: 3 } },
  },
  seen: { model: 'invoiceLine', id: '1', field: 'quantity', value: 3 },
}

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (version, server) => {
  describe.each([pagila, chinook])('$name', (sample) => {
    const folder = `${sample.name}-${version}`
    let database: TestDatabase
    const named = () => ['--database', database.url]
    const schemaArgument = ['--schema', `${folder}/schema.ts`]

    beforeAll(async () => {
      database = await createTestDatabase(server)
      await database.query(readFileSync(join(import.meta.dirname, `${sample.name}.sql`), 'utf8'))
    })
    afterAll(() => database?.drop())

    test('init writes a schema with a reason for every guess, and changes nothing in the database', async () => {
      const { code, out } = await application.syncline(['init', '--out', `${folder}/schema.ts`, ...named()])

      expect(code).toBe(0)
      expect(out).toContain(
        `Wrote ${folder}/schema.ts: ${sample.models} models, room \`${sample.room.model}\``,
      )
      expect(out).toContain('new columns: ')
      expect(out).toContain(`In the page: client.join('${sample.room.model}', id), and its queries show`)
      const text = readFileSync(join(application.folder, folder, 'schema.ts'), 'utf8')
      expect(sample.says.filter((part) => !unbroken(text).includes(unbroken(part)))).toEqual([])
      expect(await database.query("select to_regnamespace('syncline') as own")).toEqual([{ own: null }])
    })

    test('the file says what the database was read as, and defineSchema takes it', async () => {
      const reader = postgres(database.url)
      const planned = declarePlan(planSchema(await readCatalog(reader)))
      await reader.close()

      const { schema } = await application.load<{ schema: Schema }>(`${folder}/schema.ts`)

      expect(Object.keys(schema.models)).toHaveLength(sample.models)
      expect(schema.hash).toBe(planned.hash)
      expect(JSON.parse(JSON.stringify(schema))).toEqual(JSON.parse(JSON.stringify(planned)))
    })

    test('migrate runs on it as it is, and then a change by SQL is in the log', async () => {
      const migrated = await application.syncline(['migrate', ...schemaArgument, ...named()])
      await database.query(sample.change.sql)

      expect(migrated).toMatchObject({ code: 0, out: expect.stringContaining('log changes') })
      const logged = await database.query(
        'select room, model, id, action, fields from syncline.log where xid = (select max(xid) from syncline.log)',
      )
      expect(logged).toMatchObject([sample.change.logged])
    })

    test('dev serves it, and a device has the room and every change', async () => {
      const port = await freePort()
      const dev = application.start(['dev', '--open', '--port', String(port), ...schemaArgument, ...named()])
      await expect.poll(dev.text, { timeout: 120_000 }).toContain(`serving  http://127.0.0.1:${port}`)
      const { schema } = await application.load<{ schema: Schema }>(`${folder}/schema.ts`)
      const client = createClient({ schema, url: `http://127.0.0.1:${port}/sync`, token: 'ana' })
      client.join(sample.room.model as never, sample.room.id)

      await expect.poll(() => counts(client, sample), { timeout: 120_000 }).toEqual(sample.room.holds)
      const { model, id, field, value } = sample.seen
      expect(client.record(model as never, id).current).toMatchObject({ [field]: value })
      await database.query(sample.change.sql.replace(/= \d[\d.]*/, '= 7'))
      await expect
        .poll(() => Number((client.record(model as never, id).current as Record<string, unknown>)[field]), {
          timeout: 120_000,
        })
        .toBe(7)

      client.close()
      expect(dev.text()).toContain('OPEN: everybody who reaches this port may read and write EVERYTHING')
      expect(await dev.stop()).toBe(0)
    })
  })
})

test('the files pass the type checker, strictly', () => {
  const versions = Object.keys(inject('servers'))
  const files = [pagila, chinook].flatMap(({ name, usage }) => {
    const folder = `${name}-${versions[0]}`
    application.write(`${folder}/usage.ts`, usage)
    return ['schema.ts', 'access.ts', 'usage.ts'].map((file) => join(application.folder, folder, file))
  })

  expect(mistakesIn(files)).toEqual([])
})

/** Line breaks of code and comments aside. */
const unbroken = (text: string) => text.replaceAll(/\s*\n\s*(\/\/|\*)?\s*/g, ' ')

function counts(client: Client<Schema>, { room }: Sample): Record<string, number> {
  const query = client.query as Record<string, { readonly current: readonly unknown[] }>
  return Object.fromEntries(
    Object.keys(room.holds).map((model) => [model, query[model]?.current.length ?? 0]),
  )
}

function mistakesIn(files: string[]): string[] {
  const source = join(import.meta.dirname, '../../src')
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    noUnusedLocals: true,
    noUncheckedIndexedAccess: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths: { syncline: [`${source}/schema/index.ts`], 'syncline/server': [`${source}/server/index.ts`] },
  })
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
}
