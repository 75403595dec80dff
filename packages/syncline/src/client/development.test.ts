/** What developers are told of a client, and that production is told nothing and pays nothing. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bigint, defineSchema, integer, model, reference, room, text, timestamp } from '../schema/index.ts'
import { createClient, type Client } from './client.ts'
import { memory } from './storage/memory.ts'

const schema = defineSchema({
  models: {
    project: model('projects', { name: text() }),
    task: model('tasks', { projectId: reference('project'), title: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
    checklistItem: model('checklist_items', {
      count: integer(),
      size: bigint(),
      bytes: bigint({ as: 'bigint' }),
      at: timestamp(),
    }),
    theme: model('themes', { name: text() }, { shared: true }),
    loose: model('loose', { name: text() }),
  },
  rooms: { project: room({ task: 'projectId' }) },
})

const clients: Client<typeof schema>[] = []
function newClient() {
  const options = { schema, storage: memory(), autoConnect: false, url: 'http://localhost/sync' } as const
  const client = createClient(options)
  clients.push(client)
  return client
}

const warnings: string[] = []
beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text))
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
  warnings.length = 0
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type Untyped = Record<string, unknown>
const named = (all: object, name: string) => () => (all as Untyped)[name]

test('a model that there is not is named with the one that was meant, to read and to write', () => {
  const client = newClient()

  expect(named(client.query, 'tasks')).toThrow('There is no model `tasks`. Did you mean `task`?')
  expect(named(client.mutate, 'projekt')).toThrow('Did you mean `project`?')
})

test('what await and consoles ask of every object is no mistake', async () => {
  const { query } = newClient()

  expect(await Promise.resolve(query)).toBe(query)
  expect(JSON.stringify(query)).toContain('"task"')
  expect([named(query, 'then')(), named(query, 'constructor')(), warnings]).toEqual([
    undefined,
    undefined,
    [],
  ])
})

test('a name that is like no model is told in the console, once: it may be a tool that asks', () => {
  const { query } = newClient()

  const found = [named(query, 'inventory')(), named(query, 'inventory')()]

  expect(found).toEqual([undefined, undefined])
  expect(warnings).toEqual([
    '[syncline] There is no model `inventory`. Models are: `project`, `task`, `lens`, `checklistItem`, `theme`, `loose`.',
  ])
})

test('a word of its own that looks like a model is told in the console: a program may try names', () => {
  const { query } = newClient()

  const found = ['tag', 'mask', 'projector'].map((name) => named(query, name)())

  expect(found).toEqual([undefined, undefined, undefined])
  expect(warnings).toEqual([
    '[syncline] There is no model `tag`. Did you mean `task`?',
    '[syncline] There is no model `mask`. Did you mean `task`?',
    '[syncline] There is no model `projector`. Did you mean `project`?',
  ])
})

test('a plural, a missing s, another case or one letter of a long name is a mistake', () => {
  const { query } = newClient()

  for (const name of ['tasks', 'len', 'Task', 'proyect', 'thema', 'themes'])
    expect(named(query, name), name).toThrow('Did you mean')
})

test('a client without a schema is told to give it', () => {
  const make = () => createClient({ url: 'http://localhost/sync' } as never)

  expect(make).toThrow("The client has no `schema`. Give the server's: createClient({ schema, url }).")
})

test('a record of a model that there is not, and an event of which nobody would hear, are mistakes', () => {
  const client = newClient() as unknown as { record: (model: string, id: string) => unknown } & {
    on: (type: string, listener: () => void) => unknown
  }
  const on = (type: string) => () => client.on(type, () => {})

  expect(() => client.record('tsk', '1')).toThrow('There is no model `tsk`. Did you mean `task`?')
  expect(on('task:creatd')).toThrow('There is no event `task:creatd`. Did you mean `task:created`?')
  expect(on('checklistItem:updated')).toThrow('Did you mean `checklist-item:updated`?')
  expect(on('data:changd')).toThrow('Did you mean `data:changed`?')
  for (const known of ['checklist-item:deleted', 'lens:created', 'data:changed', 'connection-status'])
    expect(on(known)).not.toThrow()
})

test('a condition of another type than its field is a mistake: no row meets it', () => {
  const { task, checklistItem } = newClient().query as unknown as Record<
    string,
    { where(all: object): { current: unknown } }
  >
  const asked = (query: typeof task, where: object) => () => query?.where(where).current

  expect(asked(task, { title: 3 })).toThrow(
    'Condition `eq` of `task.title` is 3, a number; the field holds a string, so no row can have it.',
  )
  for (const where of [
    { count: '3' },
    { count: { in: [1, '2'] } },
    { size: 3n },
    { bytes: '3' },
    { at: 5 },
    { id: 7 },
  ])
    expect(asked(checklistItem, where), Object.keys(where)[0]).toThrow('so no row can have it')
  const right = { count: { in: [1, 2] }, size: '3', bytes: 3n, at: { gt: '2026-01-01' }, id: { ne: null } }
  expect(asked(checklistItem, right)()).toEqual([])
})

test('a query of what no joined room holds is told once, with what to join', () => {
  const { query } = newClient()

  for (let again = 0; again < 3; again++) void [query.task, query.project, query.lens, query.loose]
  vi.advanceTimersByTime(4_999)
  const before = warnings.length
  vi.advanceTimersByTime(60_000)

  expect(before).toBe(0)
  expect(warnings.map((text) => /`client\.query\.(\w+)`.*joined\. (.*)$/.exec(text)?.slice(1))).toEqual([
    ['task', "Join its room: `client.join('project', id)`."],
    [
      'project',
      "Join one, `client.join('project', id)`, or the list of them, `client.join('project', 'mine')`.",
    ],
    ['lens', "Join them: `client.join('lens', 'all')`."],
    ['loose', 'No room holds it: name it in `rooms` of the schema, or declare it with `shared: true`.'],
  ])
})

test('a query whose room is joined in time is not told', () => {
  const client = newClient()
  void [client.query.task, client.query.project, client.query.lens]

  vi.advanceTimersByTime(2_000)
  client.join('project', 'tour')
  client.join('lens', 'all')
  vi.advanceTimersByTime(60_000)

  expect(warnings).toEqual([])
})

test('the list of rooms does not hold what is in them', () => {
  const client = newClient()
  client.join('project', 'mine')
  void [client.query.task, client.query.project]

  vi.advanceTimersByTime(60_000)

  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('`client.query.task`')
})

test('production is told nothing', () => {
  vi.stubEnv('NODE_ENV', 'production')
  const client = newClient()
  const { query } = client

  void query.task
  client.on('task:creatd' as never, () => {})
  const records = [
    client.record('tsk' as never, '1').current,
    query.task.where({ title: 3 } as never).first(),
  ]
  vi.advanceTimersByTime(60_000)

  expect([named(query, 'tasks')(), records, warnings]).toEqual([undefined, [undefined, undefined], []])
})

test('an option that nothing reads, and a room without an id, are told', () => {
  const options = { schema, autoConnect: false, url: 'http://localhost/sync', tokn: 'ana' } as const
  const client = createClient(options)
  clients.push(client)
  const join = (model: string, id?: string) => () => client.join(model as 'project', id as string)

  expect(warnings).toEqual(['[syncline] `createClient` has no option `tokn`. Did you mean `token`?'])
  expect(join('project')).toThrow(
    "`client.join('project', …)` was given undefined as the id. Give the id of a record, or 'mine'.",
  )
  expect(join('lens', '')).toThrow("Give 'all'.")
})
