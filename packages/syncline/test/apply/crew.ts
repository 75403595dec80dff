/** A small application for the tests of apply: productions with members, their cameras, photos and slots. */
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import type { Database } from '../../src/postgres/database.ts'
import type { Rules, WriteRule } from '../../src/postgres/rules.ts'
import { type Sql, sql } from '../../src/postgres/sql.ts'
import {
  type AcceptedOp,
  createWriter,
  type PushOutcome,
  type Writer,
} from '../../src/postgres/apply/writer.ts'
import type { WriterOptions } from '../../src/postgres/apply/writer-options.ts'
import type { User } from '../../src/protocol/user.ts'
import {
  array,
  defineSchema,
  integer,
  json,
  model,
  oneOf,
  reference,
  room,
  text,
} from '../../src/schema/index.ts'
import type { Model } from '../../src/schema/model.ts'

const TEXT_IDS = { id: 'text' } as const

export const schema = defineSchema({
  version: 1,
  models: {
    production: model('productions', { name: text() }, TEXT_IDS),
    camera: model(
      'cameras',
      {
        productionId: reference('production'),
        name: text(),
        note: text().nullable().onConflict('keep'),
        status: oneOf('free', 'rigged', 'broken').default('free'),
        zoom: integer().onConflict('counter'),
        tags: array(text()).onConflict('set'),
        details: json().nullable(),
        secret: text().nullable(),
      },
      TEXT_IDS,
    ),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }, TEXT_IDS),
    slot: model(
      'slots',
      { productionId: reference('production'), place: integer(), pairId: reference('slot').nullable() },
      TEXT_IDS,
    ),
  },
  rooms: {
    production: room({ camera: 'productionId', photo: 'cameraId.productionId', slot: 'productionId' }),
  },
})

const TABLES = `
create type camera_status as enum ('free', 'rigged', 'broken');
create table productions (id text primary key, name text not null);
create table members (
  production_id text not null references productions on delete cascade,
  user_id uuid not null,
  may_write boolean not null default true,
  primary key (production_id, user_id)
);
create table cameras (
  id text primary key,
  production_id text not null references productions on delete cascade,
  name text not null check (name <> 'bad'),
  note text,
  status camera_status not null default 'free',
  zoom integer not null default 0,
  tags text[] not null default '{}',
  details jsonb,
  secret text default 'initial'
);
create unique index cameras_serial on cameras ((details ->> 'serial'));
create table photos (id text primary key, camera_id text not null references cameras on delete cascade, caption text not null);
create table slots (
  id text primary key,
  production_id text not null references productions on delete cascade,
  place integer not null,
  pair_id text references slots deferrable initially deferred,
  constraint one_per_place unique (production_id, place) deferrable initially deferred
);
`

export const ana: User = { id: '00000000-0000-7000-8000-00000000000a' }
export const ben: User = { id: '00000000-0000-7000-8000-00000000000b' }
export const cleo: User = { id: '00000000-0000-7000-8000-00000000000c' }

/** Members read what belongs to their productions, and write it when they may. */
export const rules: Rules = {
  read: (model, user, alias) => belongs(model, user, alias, sql.all),
  write(model, action, user, alias): WriteRule | null {
    if (model.name === 'production' && action === 'delete') return null
    const fields = new Set(model.fieldNames.filter((name) => name !== 'secret'))
    if (model.name === 'production' && action === 'create')
      return { fields, when: sql.all, insteadOfRead: true }
    return { fields, when: belongs(model, user, alias, sql`m.may_write`) }
  },
  readingRules: () => [],
  isReadThrough: () => false,
  all: () => false,
  dependencies: (model) => new Set([model.table, 'members']),
}

function belongs(model: Model, user: User, alias: string, and: Sql): Sql {
  const member = (production: Sql) =>
    sql`exists (select 1 from members m where m.production_id = ${production} and m.user_id = ${user.id} and ${and})`
  const column = (name: string) => sql.raw(`${alias}.${name}`)
  if (model.name === 'production') return member(column('id'))
  if (model.name !== 'photo') return member(column('production_id'))
  return sql`exists (select 1 from cameras c where c.id = ${column('camera_id')} and ${member(sql.raw('c.production_id'))})`
}

export interface Crew {
  readonly database: Database
  readonly writer: Writer
  /** Opens another writer on the same database, as another process would. */
  anotherWriter(options?: WriterOptions): Promise<Writer>
  close(): Promise<void>
}

/** Makes the tables and opens a writer. `p1` is shared by Ana and Ben (who both write), Cleo only reads it; `p2` is Ana's. */
export function openCrew(url: string, options: WriterOptions = {}): Promise<Crew> {
  return openCrewOn(postgres(url), options)
}

/** The same on a database that is open already. */
export async function openCrewOn(database: Database, options: WriterOptions = {}): Promise<Crew> {
  await database.query(`${TABLES}`)
  await migrate(database, schema)
  await database.query(`
    insert into productions (id, name) values ('p1', 'Opening'), ('p2', 'Gala');
    insert into members (production_id, user_id, may_write) values
      ('p1', '${ana.id}', true), ('p1', '${ben.id}', true), ('p1', '${cleo.id}', false), ('p2', '${ana.id}', true);
  `)
  const writers: Writer[] = []
  const anotherWriter = async (more: WriterOptions = {}) => {
    const writer = await createWriter(database, schema, rules, {
      onError: console.error,
      ...options,
      ...more,
    })
    writers.push(writer)
    return writer
  }
  return {
    database,
    writer: await anotherWriter(),
    anotherWriter,
    async close() {
      await Promise.allSettled(writers.map((writer) => writer.close()))
      await database.close()
    },
  }
}

/** A device that numbers its ops and knows the last key, as a client does. */
export class TestDevice {
  readonly device: string
  readonly user: User
  readonly writer: Writer
  #next = 1
  #after: string | undefined

  constructor(writer: Writer, user: User, device: string = crypto.randomUUID()) {
    this.writer = writer
    this.user = user
    this.device = device
  }

  /** Numbers ops without sending them. */
  number(ops: readonly Omit<AcceptedOp, 'n' | 'key'>[]): AcceptedOp[] {
    return ops.map((op) => ({ ...op, n: this.#next++, key: crypto.randomUUID() }))
  }

  /** Sends numbered ops. */
  async send(ops: readonly AcceptedOp[], read?: number): Promise<PushOutcome> {
    const after = this.#after
    this.#after = ops.at(-1)?.key
    return this.writer.push({
      device: this.device,
      user: this.user,
      ops,
      ...(after === undefined ? {} : { after }),
      ...(read === undefined ? {} : { read }),
    })
  }

  /** Numbers and sends. */
  push(...ops: Omit<AcceptedOp, 'n' | 'key'>[]): Promise<PushOutcome> {
    return this.send(this.number(ops))
  }
}

export const create = (
  model: string,
  id: string,
  fields: Record<string, unknown>,
  more: Partial<AcceptedOp> = {},
) => ({ action: 'create', model, id, fields, ...more }) as const

export const update = (
  model: string,
  id: string,
  fields: Record<string, unknown>,
  more: Partial<AcceptedOp> = {},
) => ({ action: 'update', model, id, fields, ...more }) as const

export const remove = (model: string, id: string, more: Partial<AcceptedOp> = {}) =>
  ({ action: 'delete', model, id, ...more }) as const

/** A camera of a production, with all fields that have no default. */
export const camera = (id: string, fields: Record<string, unknown> = {}, more: Partial<AcceptedOp> = {}) =>
  create('camera', id, { productionId: 'p1', name: `Camera ${id}`, ...fields }, more)
