import { expect, test } from 'vitest'
import { profile } from './pages-fixture.ts'

/** What the server calls the production. */
const nameOf = ({ state }: ReturnType<typeof profile>['server']) =>
  state.tables.get('production')?.get('p1')?.fields['name']

test('W3, K2: signing out is refused while a page that was closed has left unsent writes, and the session goes on', async () => {
  const { server, wire, pass, open } = profile()
  const [first, second] = [open(), open()]
  await pass()
  wire.connected(false)
  await second.mutate.production.update('p1', { name: 'Of the second page' }).stored
  second.close()
  await pass()

  await expect(first.signOut()).rejects.toThrow(/1 writes have not reached the server/)
  wire.connected(true)
  await pass(60_000)
  const { status, pending } = first.status.current
  await first.signOut()

  expect({ status, pending }).toEqual({ status: 'realtime', pending: 0 })
  expect(nameOf(server)).toBe('Of the second page')
})

test('W3: signing out is refused while another page that is open has unsent writes', async () => {
  const { wire, pass, open } = profile()
  const [first, second] = [open(), open()]
  await pass()
  wire.connected(false)
  await second.mutate.production.update('p1', { name: 'Of the second page' }).stored

  await expect(first.signOut()).rejects.toThrow(/1 writes have not reached the server/)
  await expect(first.signOut()).rejects.toMatchObject({ code: 'aborted', unsent: 1 })
  expect(second.status.current).toMatchObject({ pending: 1, storage: 'durable' })
  await first.signOut({ discard: true })
  await pass()
  const next = open()
  await pass()
  expect(next.status.current.pending).toBe(0)
})

test('K3: signing out before the storage has opened removes what is there', async () => {
  const { wire, pass, open } = profile()
  const before = open({ joinAtStart: true })
  await pass()
  before.close()
  await pass()
  wire.connected(false)
  const kept = open({ joinAtStart: true })
  await pass()
  const rows = kept.query.production.current.length
  kept.close()
  await pass()

  await open().signOut()
  const next = open({ joinAtStart: true })
  await pass()

  expect(rows).toBe(1)
  expect(next.query.production.current).toEqual([])
})

test('W3: a write is kept although the page closes in the same turn, also while the storage opens', async () => {
  const { wire, pass, open } = profile()
  const first = open()
  await pass()
  wire.connected(false)
  const write = first.mutate.production.update('p1', { name: 'Last words' })
  first.close()
  const second = open()
  const early = second.mutate.production.update('p1', { name: 'Sooner than the storage' })
  second.close()

  const third = open()
  await pass()

  await Promise.all([write.stored, early.stored])
  expect(third.status.current.pending).toBe(2)
})

test('W3: a page that is closed while it opens leaves its device to the next one', async () => {
  const { server, wire, pass, open } = profile()
  const before = open()
  await pass()
  wire.connected(false)
  await before.mutate.production.update('p1', { name: 'Unsent' }).stored
  before.close()
  await pass()

  open().close()
  const strict = open({ joinAtStart: true })
  await pass()
  const { pending } = strict.status.current
  wire.connected(true)
  await pass(40_000)

  expect(pending).toBe(1)
  expect(nameOf(server)).toBe('Unsent')
})

test('W3, K2: what a closed page has not sent is told and sent by a page that stays open', async () => {
  const { server, wire, pass, open } = profile()
  const [first, second] = [open({ joinAtStart: true }), open()]
  await pass()
  wire.connected(false)
  await second.mutate.production.update('p1', { name: 'Of the second page' }).stored
  second.close()
  await pass(15_000)
  const { pending, oldestPendingMs } = first.status.current
  wire.connected(true)
  await pass(60_000)

  expect(pending).toBe(1)
  expect(oldestPendingMs).toBeGreaterThan(10_000)
  expect(nameOf(server)).toBe('Of the second page')
  expect(first.query.production.current).toEqual([{ id: 'p1', name: 'Of the second page' }])
  expect(first.status.current).toMatchObject({ status: 'realtime', pending: 0, oldestPendingMs: undefined })
})

test('W3: a refusal of another page is shown until it is dismissed', async () => {
  const { pass, open } = profile()
  const [first, second] = [open(), open()]
  await pass()
  const write = second.mutate.camera.create({ productionId: 'nowhere', name: 'x', note: null, tags: [] })
  await expect(Promise.all([write.confirmed, pass(2_000)])).rejects.toThrow()
  first.close()
  second.close()
  await pass()

  const next = open()
  await pass(2_000)
  const shown = next.parked.current
  for (const parked of shown) next.dismiss(parked)
  const dismissed = next.parked.current
  next.close()
  await pass()
  const last = open()
  await pass(2_000)

  expect(shown).toMatchObject([{ op: { id: write.id }, reason: { code: 'constraint' } }])
  expect([dismissed, last.parked.current]).toEqual([[], []])
})

test('K3: a storage that outlives the page is opened for a user, or not at all', () => {
  const { open } = profile()

  expect(() => open({ user: undefined as never })).toThrow(/the client has no `user`/)
  expect(() => open({ user: { id: '' } })).toThrow(/Give `user`/)
})

test('K3: while it polls, a device neither sends its writes nor reads in the name of another user', async () => {
  const { server, wire, pass, open } = profile()
  server.write((tx) => {
    tx.create('production', 'p2', { name: 'Of ben' }, { user: null })
    for (const id of ['p1', 'p2']) tx.grant('ben', 'production', id)
  })
  let token = 'ana'
  wire.socketsBlocked(true)
  const client = open({ joinAtStart: true, token: () => token })
  await pass(60_000)
  const before = client.status.current.status
  wire.connected(false)
  const write = client.mutate.production.update('p1', { name: 'Of ana' })
  await write.stored
  token = 'ben'
  wire.connected(true)
  await pass(60_000)
  const rows = client.query.production.current.map(({ name }) => name)
  const { pending, status } = client.status.current
  const kept = nameOf(server)
  token = 'ana'
  await pass(60_000)

  expect(before).toBe('synced')
  expect({ rows, pending, kept }).toEqual({ rows: ['Of ana'], pending: 1, kept: 'Opera' })
  expect(status).not.toBe('synced')
  await write.confirmed
  expect(server.state.log.flatMap(({ rows }) => rows.map(({ author }) => author.user))).not.toContain('ben')
})

test('a write that is not to be shown before it is confirmed is not shown after a reload either', async () => {
  const { wire, pass, open } = profile()
  const before = open({ joinAtStart: true })
  await pass()
  wire.connected(false)
  await before.mutate.production.update('p1', { name: 'Not yet' }, { optimistic: false }).stored
  before.close()
  await pass()

  const client = open({ joinAtStart: true })
  await pass()
  const names = () => client.query.production.current.map(({ name }) => name)
  const unsent = names()
  wire.connected(true)
  await pass(40_000)

  expect([unsent, names()]).toEqual([['Opera'], ['Not yet']])
})

test('K2: a write that was discarded by signing out says so', async () => {
  const { wire, pass, open } = profile()
  const client = open()
  await pass()
  wire.connected(false)
  const write = client.mutate.production.update('p1', { name: 'Never sent' })

  await client.signOut({ discard: true })

  await expect(write.confirmed).rejects.toThrow(/signed out before the write was sent/)
})

test('W3: that a write was too large is known after a reload too', async () => {
  const { wire, pass, open } = profile()
  wire.socketsBlocked(true)
  const most = 20_000
  const refusal = { error: { code: 'too_large', message: 'Why.' } }
  /** Takes little, and what it has taken it does not answer. */
  const small: typeof wire.fetch = async (url, init) => {
    if (!url.endsWith('/push')) return wire.fetch(url, init)
    if (String(init.body).length > most) return new Response(JSON.stringify(refusal), { status: 413 })
    await wire.fetch(url, init)
    return new Promise(() => {})
  }
  const client = open({ joinAtStart: true, fetch: small })
  await pass(60_000)
  const note = 'y'.repeat(most)
  const write = client.mutate.camera.create({ productionId: 'p1', name: 'x', note, tags: [] })
  await pass(11_000)
  client.close()
  await pass()

  const next = open()
  await pass(60_000)

  expect(next.parked.current).toMatchObject([
    { op: { id: write.id, fields: { note } }, reason: { code: 'too_large', message: 'Why.' } },
  ])
})

test('C1, K2: what a page has told is taken back when its storage fails, and when it was sent nevertheless', async () => {
  const { server, wire, pass, open, fail } = profile()
  const [first, second] = [open(), open()]
  first.join('production', 'p1')
  await pass()
  wire.connected(false)
  await second.mutate.production.update('p1', { name: 'Told' }).stored
  await pass()
  const told = first.status.current.pending

  fail()
  const lost = second.mutate.production.update('p1', { name: 'Not stored' })
  await expect(lost.stored).rejects.toThrow(/did not take the write/)
  await pass()
  const takenBack = first.status.current.pending
  wire.connected(true)
  await pass(60_000)

  expect([told, takenBack]).toEqual([1, 0])
  expect(nameOf(server)).toBe('Not stored')
  expect(first.query.production.current).toEqual([{ id: 'p1', name: 'Not stored' }])
  expect(first.status.current).toMatchObject({ status: 'realtime', pending: 0 })
})

test('C1, K2: what a page has told and sent leaves the others although its storage fails at the answer', async () => {
  const { server, wire, pass, open, fail } = profile()
  const [first, second] = [open(), open()]
  const joined = first.join('production', 'p1')
  await pass()
  wire.connected(false)
  await second.mutate.production.update('p1', { name: 'Told' }).stored
  await pass()

  fail()
  wire.connected(true)
  await pass(60_000)

  expect(joined.status.current).toBe('live')
  expect(nameOf(server)).toBe('Told')
  expect(first.status.current).toMatchObject({ status: 'realtime', pending: 0 })
})
