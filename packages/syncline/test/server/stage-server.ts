/** A sync server over a database of its own, and raw sockets that keep every byte they were sent. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inject } from 'vitest'
import WebSocket from 'ws'
import {
  createSync,
  migrate,
  postgres,
  type PostgresOptions,
  sql,
  type Sync,
  type SyncOptions,
} from '../../src/server/index.ts'
import {
  defineSchema,
  hasMany,
  integer,
  manyToMany,
  model,
  reference,
  room,
  text,
} from '../../src/schema/index.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

const schema = defineSchema({
  version: 2,
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer().default(0),
    }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
    account: model('accounts', { name: text() }),
    accountUser: model('account_users', { accountId: reference('account'), userId: text() }),
    tag: model('tags', { name: text() }),
    accountTag: model('account_tags', { accountId: reference('account'), tagId: reference('tag') }),
  },
  relations: {
    account: { members: hasMany('accountUser'), tags: manyToMany('tag', { through: 'accountTag' }) },
  },
  rooms: { production: room({ camera: 'productionId', photo: 'cameraId.productionId' }) },
})

const TABLES = `
create table productions (id text primary key, name text not null);
create table cameras (id text primary key, production_id text not null references productions on delete cascade, name text not null, zoom integer not null default 0);
create table photos (id text primary key, camera_id text not null references cameras on delete cascade, caption text not null);
create table lenses (id text primary key, name text not null);
create table accounts (id text primary key, name text not null);
create table account_users (id text primary key, account_id text not null references accounts, user_id text not null);
create table tags (id text primary key, name text not null);
create table account_tags (id text primary key, account_id text not null references accounts, tag_id text not null references tags);
create table crew (production_id text not null, user_id text not null, primary key (production_id, user_id));
insert into productions values ('p1', 'One'), ('p2', 'Two'), ('p 3', 'Three');
insert into cameras values ('c1', 'p1', 'Camera 1', 1), ('c2', 'p2', 'Camera 2', 2);
insert into photos values ('f1', 'c1', 'First');
insert into lenses values ('l1', 'Fifty');
insert into accounts values ('a1', 'Acme'), ('a2', 'Other');
insert into account_users values ('u1', 'a1', 'ana'), ('u2', 'a2', 'ben');
insert into tags values ('t1', 'red'), ('t2', 'blue');
insert into account_tags values ('at1', 'a1', 't1');
insert into crew values ('p1', 'ana'), ('p1', 'ben'), ('p2', 'ana'), ('p 3', 'ana');
`

const access: SyncOptions<typeof schema>['access'] = {
  production: {
    accessibleBy: (user, production) =>
      sql`exists (select 1 from crew where crew.production_id = ${production.id} and crew.user_id = ${user.id})`,
    write: { update: ['name'], delete: true },
  },
  camera: { write: { create: ['*', 'productionId'], update: ['*', 'productionId'], delete: true } },
  photo: { write: { create: ['*', 'cameraId'], update: ['*', 'cameraId'], delete: true } },
  lens: { all: (user) => user.id !== 'eve', write: { update: ['name'] } },
  account: {
    accessibleBy: (user, account) =>
      sql`exists (select 1 from account_users m where m.account_id = ${account.id} and m.user_id = ${user.id})`,
  },
}

/** The newest PostgreSQL of this run, or the one asked for. */
export function serverUrl(major?: number): string {
  const servers = inject('servers')
  const newest = Math.max(...Object.keys(servers).map(Number))
  return servers[String(major ?? newest)] ?? (servers[String(newest)] as string)
}

export function majors(): number[] {
  return Object.keys(inject('servers')).map(Number)
}

export interface StageServer {
  readonly sync: Sync
  readonly database: TestDatabase
  readonly port: number
  /** SQL as another program runs it. */
  query: TestDatabase['query']
  /** Opens a socket; with a user it says hello and waits for `welcome` and `ack`. */
  socket(user?: string, options?: SocketOptions): Promise<RawClient>
  close(): Promise<void>
}

export interface SocketOptions {
  readonly device?: string
  readonly schema?: number
  readonly headers?: Record<string, string>
}

interface StageServerOptions extends Partial<SyncOptions<typeof schema>> {
  readonly major?: number
  readonly tables?: string
  /** Of the server's own connections. */
  readonly connections?: PostgresOptions
  /** A server on whose database this one is another node. */
  readonly beside?: StageServer
}

export async function startStageServer({
  beside,
  major,
  tables = TABLES,
  connections,
  ...options
}: StageServerOptions = {}): Promise<StageServer> {
  const database = beside?.database ?? (await createTestDatabase(serverUrl(major)))
  const opened = postgres(database.url, connections)
  if (!beside) {
    await database.query(tables)
    await migrate({ schema: options.schema ?? schema, database: opened, access: options.access ?? access })
  }
  const warnings: string[] = []
  const log = (_: unknown, message: string) => void warnings.push(message)
  const sync = createSync({
    schema,
    database: opened,
    secret: 'a secret of this test run',
    // A token is the user's name; whoever needs more has its own test.
    authenticate: (request) => {
      const user = /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
      return user ? { user: { id: user, name: user.toUpperCase() } } : null
    },
    access,
    logger: { debug() {}, info() {}, warn: log, error: log },
    ...options,
  })
  const server = createServer()
  sync.attach(server)
  await sync.ready
  await listening(server)
  const { port } = server.address() as AddressInfo
  const clients = new Set<RawClient>()
  return {
    sync,
    database,
    port,
    query: database.query,
    async socket(user, socketOptions = {}) {
      const client = new RawClient(port, socketOptions.headers)
      clients.add(client)
      await client.opened
      if (user !== undefined) await client.hello(user, socketOptions)
      return client
    },
    async close() {
      for (const client of clients) client.terminate()
      await sync.close({ graceMs: 500 })
      server.close()
      if (!beside) await database.drop()
    },
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

/** A message as it came; tests look into it freely. */
export type Message = { readonly type: string; readonly [property: string]: ReturnType<typeof JSON.parse> }

/** A socket that keeps all it was sent, and waits for what it expects. */
export class RawClient {
  readonly socket: WebSocket
  readonly opened: Promise<void>
  readonly closed: Promise<number>
  readonly messages: Message[] = []
  /** The text of every frame. */
  readonly frames: string[] = []
  #waiting: (() => void)[] = []
  #isClosed = false

  constructor(port: number, headers: Record<string, string> = {}, path = '/sync') {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, 'syncline.v1', { headers })
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('error', reject)
    })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code) => {
        this.#isClosed = true
        this.#tell()
        resolve(code)
      }),
    )
    this.socket.on('message', (data) => {
      const frame = String(data)
      this.frames.push(frame)
      this.messages.push(JSON.parse(frame))
      this.#tell()
    })
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async hello(
    user: string,
    { device = `device of ${user}`, schema: version = 2 }: SocketOptions = {},
  ): Promise<void> {
    this.send({ type: 'hello', protocol: 1, device, schema: version, token: user })
    await this.next((message) => message.type === 'ack')
  }

  /** Joins and waits for `joined`; answers its cursor. */
  async join(channel: string, cursor?: string): Promise<string> {
    const from = this.messages.length
    this.send({ type: 'join', channel, cursor })
    const answer = await this.next(
      (message) => message.channel === channel && (message.type === 'joined' || message.type === 'error'),
      from,
    )
    if (answer.type === 'error') throw new Error(answer.code)
    return answer.cursor
  }

  /** The first message after `from` that fits; waits for it. */
  async next(fits: (message: Message) => boolean, from = 0, withinMs = 30_000): Promise<Message> {
    const deadline = Date.now() + withinMs
    let seen = from
    for (;;) {
      for (; seen < this.messages.length; seen++) {
        const message = this.messages[seen] as Message
        if (fits(message)) return message
      }
      const leftMs = deadline - Date.now()
      if (this.#isClosed || leftMs <= 0) {
        throw new Error(
          `No such message came (${fits}). What came: ${this.frames.slice(from).join('\n').slice(-2_000)}`,
        )
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  /** All changes of a channel so far, in order. */
  changes(channel: string): Message[] {
    return this.messages
      .filter((message) => message.type === 'changes' && message.channel === channel)
      .flatMap((message) => message.changes)
  }

  terminate(): void {
    this.socket.terminate()
  }
}

/** Builds the copy that a client would have of a channel, and fails when a change comes twice or out of order (L2). */
export function copyOf(
  messages: readonly Message[],
  channel: string,
): Map<string, { version: number; row: Record<string, unknown> }> {
  let copy = new Map<string, { version: number; row: Record<string, unknown> }>()
  let staged: typeof copy | null = null
  for (const message of messages) {
    if (message.channel !== channel) continue
    if (message.type === 'rows') {
      staged ??= new Map()
      for (const values of message['rows'] as unknown[][]) {
        const row = Object.fromEntries(
          (message['columns'] as string[]).map((name, index) => [name, values[index]]),
        )
        staged.set(`${message['model']} ${row['id']}`, { version: row['version'] as number, row })
      }
      if (message['more']) continue
      copy = staged
      staged = null
    }
    if (message.type === 'changes') for (const change of message['changes']) applyChange(copy, change)
    if (message.type === 'gone') copy.clear()
  }
  return copy
}

function applyChange(copy: ReturnType<typeof copyOf>, change: Message & { version: number }): void {
  const key = `${change['model']} ${change['id']}`
  const known = copy.get(key)
  if (known && change.version <= known.version && change['action'] !== 'leave') {
    throw new Error(
      `Change ${JSON.stringify(change)} came twice or out of order; known is version ${known.version}.`,
    )
  }
  if (change['action'] === 'leave' || change['action'] === 'delete') copy.delete(key)
  else if (change['action'] === 'update' && !known)
    throw new Error(`An update came for an unknown record: ${JSON.stringify(change)}`)
  else {
    const row = { ...(change['action'] === 'update' ? known?.row : {}), ...change['fields'] }
    copy.set(key, { version: change.version, row })
  }
}
