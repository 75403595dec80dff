/** What developers are told of a client, and that production is told nothing and pays nothing. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineSchema, model, reference, room, text } from '../schema/index.ts'
import { createClient, type Client } from './client.ts'
import { memory } from './storage/memory.ts'

const schema = defineSchema({
  models: {
    project: model('projects', { name: text() }),
    task: model('tasks', { projectId: reference('project'), title: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
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
    '[syncline] There is no model `inventory`. Models are: `project`, `task`, `lens`, `theme`, `loose`.',
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
  const { query } = newClient()

  void query.task
  vi.advanceTimersByTime(60_000)

  expect([named(query, 'tasks')(), warnings]).toEqual([undefined, []])
})
