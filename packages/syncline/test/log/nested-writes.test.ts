/**
 * L1, L2, C1 where the application's own triggers write records while the changes that set them off are being logged:
 * each record's changes reach readers in the order in which they were made.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { catchUp } from '../../src/postgres/log/catch-up.ts'
import { startTail, type Tail } from '../../src/postgres/log/tail.ts'
import type { LogRow } from '../../src/postgres/log-row.ts'
import { schema } from '../capture/schema.ts'
import { KINDS, openMigrated, type Stage } from '../capture/stage.ts'
import { RoomReader } from './room-reader.ts'

const ROOMS = ['p', 'q', 'r']
const ROWS = `insert into productions (id, name) values ('p', 'P'), ('q', 'Q'), ('r', 'R');
  insert into cameras (id, production_id, name) values ('c1', 'p', 'One'), ('c2', 'p', 'Two');
  insert into photos (id, camera_id, caption) values ('f1', 'c1', 'First'), ('f2', 'c2', 'Second')`

const STRAYED = `select f.id from photos f join cameras c on c.id = f.camera_id
  where f.sync_room is distinct from c.production_id`

interface Case {
  readonly title: string
  /** Before anybody reads. */
  readonly first?: string
  /** Of the trigger: event, table. */
  readonly after: string
  readonly body: string
  readonly write: string
  /** How many changes readers take that do not follow what they have: the creation of a record that is there. */
  readonly unordered?: number
  /** Of the records that the trigger writes: actions and versions. */
  readonly changes: Readonly<Record<string, string>>
}

/** So that two records may have one id until the statement has written both. */
const DEFERRABLE = `alter table photos drop constraint photos_pkey cascade;
  alter table photos add primary key (id) deferrable`

const CASES: readonly Case[] = [
  {
    title: 'a new record that is numbered',
    after: 'insert on cameras',
    body: "update cameras set name = 'No. ' || new.id where id = new.id",
    write: "insert into cameras (id, production_id, name) values ('n', 'p', 'draft')",
    changes: { n: 'create 1, update 2' },
  },
  {
    title: 'an updated record that is updated again',
    after: 'update on cameras',
    body: "update cameras set note = 'seen' where id = new.id",
    write: "update cameras set name = 'Uno' where id = 'c1'",
    changes: { c1: 'update 2, update 3' },
  },
  {
    title: 'a new record that is deleted',
    after: 'insert on cameras',
    body: 'delete from cameras where id = new.id',
    write: "insert into cameras (id, production_id, name) values ('n', 'p', 'spam')",
    changes: { n: 'create 1, delete 2' },
  },
  {
    title: 'a new record that is moved to another room',
    after: 'insert on cameras',
    body: "update cameras set production_id = 'q', name = 'moved' where id = new.id",
    write: "insert into cameras (id, production_id, name) values ('n', 'p', 'draft')",
    changes: { n: 'create 1, leave 2, enter 2' },
  },
  {
    title: 'a deleted record that is brought back',
    after: 'delete on photos',
    body: "insert into photos (id, camera_id, caption) values (old.id, old.camera_id, 'back')",
    write: "delete from photos where id = 'f1'",
    changes: { f1: 'delete 2, create 3' },
  },
  {
    title: 'records of one statement that write each other',
    after: 'insert on cameras',
    body: "update cameras set note = coalesce(note, '') || new.id where production_id = new.production_id and id <> new.id",
    write:
      "insert into cameras (id, production_id, name) values ('n1', 'q', 'N1'), ('n2', 'q', 'N2'), ('n3', 'q', 'N3')",
    changes: {
      n1: 'create 1, update 2, update 3',
      n2: 'create 1, update 2, update 3',
      n3: 'create 1, update 2, update 3',
    },
  },
  {
    title: 'a record of the same statement that is deleted',
    after: 'insert on cameras',
    body: "delete from cameras where id > new.id and production_id = 'q'",
    write: "insert into cameras (id, production_id, name) values ('n1', 'q', 'N1'), ('n2', 'q', 'N2')",
    changes: { n1: 'create 1', n2: 'create 1, delete 2' },
  },
  {
    title: 'records whose ids change in one statement, and that write each other',
    after: 'update on cameras',
    body: "update cameras set note = new.id where id <> new.id and production_id = 'p'",
    write: "delete from photos; update cameras set id = id || 'x'",
    changes: { c1x: 'create 2, update 3', c2x: 'create 2, update 3' },
  },
  {
    title: 'records of one statement whose parent moves',
    after: 'insert on photos',
    body: "update cameras set production_id = 'q' where id = new.camera_id",
    write: "insert into photos (id, camera_id, caption) values ('n1', 'c1', 'N1'), ('n2', 'c1', 'N2')",
    changes: { n1: 'create 1, leave 1, enter 1', n2: 'create 1, leave 1, enter 1' },
  },
  {
    title: 'a record that is brought back before its own end is logged',
    after: 'delete on photos',
    body: "insert into photos (id, camera_id, caption) select 'f2', 'c2', 'back' where old.id = 'f1'",
    write: 'delete from photos',
    changes: { f1: 'delete 2', f2: 'create 1, delete 2, create 3' },
    unordered: 1,
  },
  {
    title: 'one that is brought back elsewhere, is written, and was older',
    first: "update photos set caption = 'Older' where id = 'f2'",
    after: 'delete on photos',
    body: `if old.id = 'f1' then insert into photos (id, camera_id, caption) values ('f2', 'c1', 'back');
      update photos set caption = 'again' where id = 'f2'; end if`,
    write: 'delete from photos',
    changes: { f1: 'delete 2', f2: 'create 1, update 2, delete 3, create 4' },
    unordered: 1,
  },
  {
    title: 'one that is brought back and deleted again',
    after: 'delete on photos',
    body: `if old.id = 'f1' then insert into photos (id, camera_id, caption) values ('f2', 'c1', 'back');
      delete from photos where id = 'f2'; end if`,
    write: 'delete from photos',
    changes: { f1: 'delete 2', f2: 'create 1, delete 2, delete 2' },
    unordered: 1,
  },
  {
    title: 'records that exchange their ids',
    first: DEFERRABLE,
    after: 'update on photos',
    body: 'null',
    write: "update photos set id = case id when 'f1' then 'f2' else 'f1' end",
    changes: { f1: 'delete 2, create 2, create 3', f2: 'create 2, delete 2, create 3' },
    unordered: 2,
  },
  {
    title: 'records that exchange their ids, one of which was written more often',
    first: `${DEFERRABLE}; update photos set caption = 'Older' where id = 'f2'`,
    after: 'update on photos',
    body: 'null',
    write: "update photos set id = case id when 'f1' then 'f2' else 'f1' end",
    changes: { f1: 'delete 2, create 3', f2: 'create 2, delete 3, create 4' },
    unordered: 1,
  },
  {
    title: 'a parent that is moved on, and its child',
    after: 'update on cameras',
    body: "update cameras set production_id = 'r' where id = new.id",
    write: "update cameras set production_id = 'q' where id = 'c1'",
    changes: { c1: 'leave 2, enter 2, leave 3, enter 3', f1: 'leave 1, enter 1' },
  },
  {
    title: 'parents of one statement that move each other, and their children',
    after: 'update on cameras',
    body: "update cameras set production_id = 'r' where id > new.id",
    write: "update cameras set production_id = 'q'",
    changes: { c2: 'leave 2, enter 2, leave 3, enter 3', f1: 'leave 1, enter 1', f2: 'leave 1, enter 1' },
  },
]

describe.each(KINDS)('%s', (kind) => {
  let stage: Stage
  let tail: Tail
  afterEach(async () => {
    await tail.close()
    await stage.close()
  })

  async function openWith({ first = '', after, body }: Case) {
    stage = await openMigrated(kind, schema)
    const { database } = stage
    await database.query(`${ROWS}; ${first}`)
    await database.query(`create function application() returns trigger language plpgsql as $$
      begin ${body}; return null; end $$;
      create trigger application after ${after} for each row when (pg_trigger_depth() = 0) execute function application()`)
    const readers = ROOMS.map((room) => new RoomReader(database, schema, room))
    const rows: LogRow[] = []
    tail = await startTail(database, {}, (batch) => {
      rows.push(...batch.rows)
      for (const reader of readers) reader.onBatch(batch, tail)
    })
    for (const reader of readers) await reader.join(tail)
    return { database, readers, rows }
  }

  test.each(CASES.map((each) => [each.title, each] as const))('L1, L2, C1: %s', async (_title, each) => {
    const { database, readers, rows } = await openWith(each)
    const cursor = { snapshot: tail.position, history: tail.history }
    const seen = rows.length

    await database.query(each.write)
    tail.wake()
    const [newest] = await database.query<{ xid: string }>('select max(xid) as xid from syncline.log')
    await tail.reached([newest?.xid as string])

    const rooms = ROOMS.map((room) => `Production:${room}`)
    const missed = await catchUp(database, { rooms, cursor, upTo: tail.position })
    for (const order of [rows.slice(seen), 'rows' in missed ? missed.rows : []]) {
      const found = Object.keys(each.changes).map((id) => [id, changesOf(id, order)])
      expect(Object.fromEntries(found)).toEqual(each.changes)
    }
    expect(await database.query(STRAYED)).toEqual([])
    for (const reader of readers) {
      const anew = new RoomReader(database, schema, reader.room.slice('Production:'.length))
      await anew.join(tail)
      expect(reader.records, reader.room).toEqual(anew.records)
    }
    const unordered = readers.reduce((sum, { counts }) => sum + counts.unordered, 0)
    expect(unordered).toBe(each.unordered ?? 0)
  })
})

function changesOf(id: string, rows: readonly LogRow[]): string {
  return rows
    .filter((row) => row.id === id)
    .map(({ action, version }) => `${action} ${version}`)
    .join(', ')
}
