/** A real server over a real database for the stage schema, behind a TCP proxy that can cut, and restartable. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Client, createClient } from '../../src/client/client.ts'
import type { ClientOptions } from '../../src/client/client-options.ts'
import {
  createSync,
  migrate,
  postgres,
  sql,
  type Sync,
  type SyncOptions,
  toNode,
} from '../../src/server/index.ts'
import { freePort } from '../../src/testing/free-port.ts'
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { type StageSchema, stageSchema } from './stage-schema.ts'

export const TABLES = `
create table productions (id text primary key, name text not null);
create table cameras (id text primary key, production_id text not null references productions on delete cascade,
  name text not null, note text, tags text[] not null default '{}');
create table photos (id text primary key, camera_id text not null references cameras on delete cascade, caption text not null);
create table scales (id text primary key, production_id text not null references productions on delete cascade,
  side text not null, value integer not null default 0);
create table tallies (id text primary key, production_id text not null references productions on delete cascade,
  total integer not null default 0);
create table lenses (id text primary key, name text not null);
create table crew (production_id text not null, user_id text not null, primary key (production_id, user_id));
insert into productions select id, id from unnest(array['p1', 'p2', 'p3']) id;
insert into cameras (id, production_id, name) select id || '-c1', id, 'first' from productions;
insert into photos select id || '-f1', id || '-c1', 'first' from productions;
insert into scales (id, production_id, side) select id || '-' || side, id, side from productions, unnest(array['left', 'right']) side;
insert into tallies (id, production_id) select id || '-tally', id from productions;
insert into lenses values ('l1', 'first');
`

const access: SyncOptions<StageSchema>['access'] = {
  production: {
    accessibleBy: (user, production) =>
      sql`exists (select 1 from crew where crew.production_id = ${production.id} and crew.user_id = ${user.id})`,
    write: { update: ['name'] },
  },
  camera: { write: { create: ['*', 'productionId'], update: ['*', 'productionId'], delete: true } },
  photo: { write: { create: ['*', 'cameraId'], update: ['*'], delete: true } },
  scale: { write: { update: ['value'] } },
  tally: { write: { update: ['total'] } },
  lens: { all: () => true, write: { update: ['name'] } },
}

export interface StageFixture {
  readonly database: TestDatabase
  readonly proxy: TcpProxy
  readonly url: string
  /** A client of this user, through the proxy. */
  client(user: string, options?: Partial<ClientOptions<StageSchema>>): Client<StageSchema>
  /** Stops the server and starts another on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts a server for these users, all of whom may read every production. */
export async function startStage(
  postgresUrl: string,
  users: readonly string[],
  { limits }: Pick<ServeOptions, 'limits'> = {},
): Promise<StageFixture> {
  const database = await createTestDatabase(postgresUrl)
  await database.query(TABLES)
  await database.query('insert into crew select distinct p.id, u from productions p, unnest($1::text[]) u', [
    users,
  ])
  const clients = new Set<Client<StageSchema>>()
  // It is left and taken again: no outgoing connection may have it meanwhile.
  const port = await freePort()
  let server = await serve(database, port, { limits })
  const proxy = await startTcpProxy({ port })
  const url = `http://127.0.0.1:${proxy.port}/sync`
  return {
    database,
    proxy,
    url,
    client(user, options = {}) {
      const reconnect = { minMs: 20, maxMs: 200 }
      const client = createClient({ schema: stageSchema, url, user, token: user, reconnect, ...options })
      clients.add(client)
      return client
    },
    async restart() {
      await server.close()
      server = await serve(database, port, { limits })
    },
    async close() {
      for (const client of clients) client.close()
      await proxy.close()
      await server.close()
      await database.drop()
    },
  }
}

interface ServeOptions {
  readonly isMigrated?: boolean
  readonly limits?: SyncOptions<StageSchema>['limits']
}

/** Migrates the database, unless it is, and serves it at this port, 0 for any. */
export async function serve(
  database: Pick<TestDatabase, 'url'>,
  at: number,
  { isMigrated = false, limits }: ServeOptions = {},
): Promise<{ port: number; close(): Promise<void> }> {
  const opened = postgres(database.url)
  if (!isMigrated) await migrate({ schema: stageSchema, database: opened, access })
  const sync: Sync = createSync({
    schema: stageSchema,
    database: opened,
    secret: 'a secret of this test run',
    authenticate: (request) => {
      const id = /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
      return id ? { user: { id } } : null
    },
    access,
    ...(limits && { limits }),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const http = createServer(toNode(sync.fetch))
  sync.attach(http)
  await sync.ready
  await new Promise<void>((resolve) => http.listen(at, '127.0.0.1', resolve))
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      await sync.close({ graceMs: 100 })
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
