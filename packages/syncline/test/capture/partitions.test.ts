/** L1: random writes on partitioned tables, whose rows move and change their ids; the log applied equals the tables. */
import { afterEach, describe, expect, test } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import type { Database } from '../../src/postgres/database.ts'
import { defineSchema, integer, model, reference, room, text } from '../../src/schema/index.ts'
import { expectLogEqualsTables, readLog } from './oracle.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { KINDS, openStage, type Stage } from './stage.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
const ROUNDS = 150
/** Rounds between two looks. */
const LOOK_AFTER = 15

/** Partitioned by hash and by list of the id, by the key of the room, and twice. */
const TABLES = `
  create table productions (id text primary key, name text not null);
  create table items (id integer primary key, production_id text references productions (id) on update cascade, title text)
    partition by hash (id);
  create table items_0 partition of items for values with (modulus 3, remainder 0);
  create table items_1 partition of items for values with (modulus 3, remainder 1);
  create table items_2 partition of items for values with (modulus 3, remainder 2);
  create table pieces (id integer primary key, production_id text, title text) partition by list (id);
  create table pieces_odd partition of pieces for values in (1, 3, 5, 7);
  create table pieces_even partition of pieces default;
  create table places (id text, production_id text references productions (id) on update cascade, title text,
    primary key (id, production_id)) partition by list (production_id);
  create table places_p partition of places for values in ('p');
  create table places_q partition of places default;
  create table spans (id text, step integer, production_id text, title text, primary key (id, step)) partition by range (step);
  create table spans_low partition of spans for values from (0) to (10) partition by list (id);
  create table spans_low_a partition of spans_low for values in ('1', '2');
  create table spans_low_b partition of spans_low default;
  create table spans_high partition of spans for values from (10) to (20);
  create table notes (id serial primary key, item_id integer references items (id) on update cascade on delete cascade, title text);`

const production = () => reference('production').nullable()
const title = text().nullable()
const schema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    item: model('items', { productionId: production(), title }, { id: 'integer' }),
    piece: model('pieces', { productionId: production(), title }, { id: 'integer' }),
    place: model('places', { productionId: reference('production'), title }),
    span: model('spans', { step: integer(), productionId: production(), title }),
    note: model('notes', { itemId: reference('item').nullable(), title }, { id: 'integer' }),
  },
  rooms: {
    production: room({
      item: 'productionId',
      piece: 'productionId',
      place: 'productionId',
      span: 'productionId',
      note: 'item.productionId',
    }),
  },
})

describe.each(KINDS)('%s', (kind) => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  async function openPartitioned(): Promise<Database> {
    stage = await openStage(kind)
    await stage.database.query(TABLES)
    await migrate(stage.database, schema)
    await stage.database.query("insert into productions values ('p', 'P'), ('q', 'Q'), ('r', 'R')")
    return stage.database
  }

  test('L1: a row that changes its id on the way to another partition is a delete and a create', async () => {
    const database = await openPartitioned()
    await database.query(`insert into items values (1, 'p', 'Item'), (2, 'p', 'Other');
      insert into places values ('1', 'p', 'Place'); insert into spans values ('1', 1, 'p', 'Span')`)

    await database.query(`update items set id = id + 4;
      update places set id = '2', production_id = 'q'; update spans set id = '3', production_id = 'q'`)

    const log = (await readLog(database)).slice(7)
    expect(log.map(({ room: at, model: of, id, action }) => `${at} ${of} ${id} ${action}`).sort()).toEqual([
      'Production:p item 1 delete',
      'Production:p item 2 delete',
      'Production:p item 5 create',
      'Production:p item 6 create',
      'Production:p place 1 delete',
      'Production:p span 1 delete',
      'Production:q place 2 create',
      'Production:q span 3 create',
    ])
    expect(await database.query('select model, id from syncline.moved_rows')).toEqual([])
  })

  test('L1: whatever is written, the log applied equals the tables', async () => {
    const database = await openPartitioned()
    const random = seededRandom(SEED)

    let done: string[] = []
    for (let round = 1; round <= ROUNDS; round++) {
      done.push(...(await writeRound(database, random)))
      if (round % LOOK_AFTER > 0) continue
      await expectLogEqualsTables(database, schema).catch((error: unknown) => {
        throw new Error(`Seed ${SEED}, after\n${done.join(';\n')}`, { cause: error })
      })
      done = []
    }
    expect(await database.query('select model, id from syncline.moved_rows')).toEqual([])
  })
})

/** One transaction; returns what of it was done. */
async function writeRound(database: Database, random: () => number): Promise<string[]> {
  const done: string[] = []
  const isKept = await database
    .transaction(async (connection) => {
      for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
        const statement = anyStatement(random)
        const isUndone = random() < 0.15
        await connection.query('savepoint step')
        const isRefused = await connection.query(statement).then(
          () => false,
          (error: unknown) => {
            if (!EXPECTED_ERRORS.has((error as { code: string }).code)) throw error
            return true
          },
        )
        if (isUndone || isRefused) await connection.query('rollback to savepoint step')
        else done.push(statement)
      }
      if (random() < 0.1) throw UNDONE
      return true
    })
    .catch((error: unknown) => {
      if (error !== UNDONE) throw error
      return false
    })
  return isKept ? done : []
}

/** Ends a transaction that is to be undone. */
const UNDONE = new Error('undone')

/** Another record has the id, or the record that is referred to is not there. */
const EXPECTED_ERRORS = new Set(['23505', '23503'])

function anyStatement(random: () => number): string {
  const from = (count: number) => Math.floor(random() * count)
  const id = () => `'${1 + from(8)}'`
  const at = () => (from(4) === 0 ? 'null' : there())
  const there = () => `'${'pqr'[from(3)]}'`
  const written = () => `'T${from(9)}'`
  const isFree = (table: string, wanted: string) => `not exists (select from ${table} where id = ${wanted})`
  const kinds: (() => string)[] = [
    () => `insert into items values (${id()}, ${at()}, ${written()})`,
    () =>
      `insert into items values (${id()}, ${at()}, 'New') on conflict (id) do update set title = ${written()}`,
    () => `update items set production_id = ${at()}, title = ${written()} where id = ${id()}`,
    () => `update items set id = ${id()}, title = ${written()} where id = ${id()}`,
    () => `update items set id = id + 8 where id < 4`,
    () => `update items set id = id - 8, production_id = ${at()} where id > 8`,
    () => `delete from items where id = ${id()}`,
    () => `insert into pieces values (${id()}, ${at()}, ${written()})`,
    () => `update pieces set id = ${id()}, production_id = ${at()} where id = ${id()}`,
    () => `delete from pieces where id = ${id()}`,
    () => {
      const wanted = id()
      return `insert into places select ${wanted}, ${there()}, 'New' where ${isFree('places', wanted)}`
    },
    () => `update places set production_id = ${there()}, title = ${written()} where id = ${id()}`,
    () => {
      const wanted = id()
      return `update places set id = ${wanted}, production_id = ${there()} where id = ${id()} and ${isFree('places', wanted)}`
    },
    () => `delete from places where id = ${id()}`,
    () => {
      const wanted = id()
      return `insert into spans select ${wanted}, ${from(20)}, ${at()}, 'New' where ${isFree('spans', wanted)}`
    },
    () => `update spans set step = ${from(20)}, production_id = ${at()} where id = ${id()}`,
    () => {
      const wanted = id()
      return `update spans set id = ${wanted}, step = ${from(20)} where id = ${id()} and ${isFree('spans', wanted)}`
    },
    () => `delete from spans where id = ${id()}`,
    () => `insert into notes (item_id, title) values (${id()}, ${written()})`,
    () => `update notes set item_id = ${id()} where id % 3 = ${from(3)}`,
    () => `delete from notes where id % 4 = ${from(4)}`,
    () => `update productions set id = 's' where id = 'r'`,
    () => `update productions set id = 'r' where id = 's'`,
  ]
  return (kinds[from(kinds.length)] as () => string)()
}
