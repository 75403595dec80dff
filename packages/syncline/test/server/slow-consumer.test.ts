/** Connections that do not read, and rooms that are too large for one breath. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOf, startStageServer, type StageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({ limits: { queueBytes: 1_000_000, queueAgeMs: 60_000 } })
})
afterAll(() => server.close())

const large = (number: number) => `${number} ${'x'.repeat(200_000)}`

test('W4: who does not read is cut with a bounded queue, hinders nobody, and continues from its cursor', async () => {
  const slow = await server.socket('ana', { device: 'slow' })
  const brisk = await server.socket('ben', { device: 'brisk' })
  const cursor = await slow.join('Production:p1')
  await brisk.join('Production:p1')
  slow.socket.pause()

  for (let number = 0; number < 150; number++) {
    await server.query("update cameras set name = $1 where id = 'c1'", [large(number)])
    // Several at once would be more than one who reads may leave waiting either.
    await brisk.next(({ type, changes }) => type === 'changes' && changes[0].fields.name === large(number))
    // The farewell waits 5 s for who does not read; what is left to write may take longer.
    if (slowConsumers() > 0) slow.socket.resume()
  }
  await expect.poll(slowConsumers).toBe(1)
  slow.socket.resume()
  await slow.closed
  const again = await server.socket('ana', { device: 'slow' })
  const last = slow.messages.findLast((message) => message['cursor'])?.['cursor'] ?? cursor
  await again.join('Production:p1', last)

  expect(slow.messages.length).toBeLessThan(150)
  expect(slow.messages.at(-1)).toEqual({ type: 'bye', code: 'slow_consumer', reconnect: true })
  const copy = copyOf([...slow.messages, ...again.messages], 'Production:p1')
  expect(copy.get('camera c1')?.row['name']).toBe(large(149))
  expect(brisk.changes('Production:p1')).toHaveLength(150)
})

test('a large first load is paced: a reader who pauses has it whole, and what was written meanwhile', async () => {
  await server.query(
    "insert into cameras select 'big' || n, 'p2', repeat('y', 20000) || n, n from generate_series(1, 1500) n",
  )
  const ana = await server.socket('ana', { device: 'large' })

  ana.send({ type: 'join', channel: 'Production:p2' })
  await ana.next(({ type }) => type === 'rows')
  ana.socket.pause()
  await server.query("update cameras set name = 'meanwhile' where id = 'big7'")
  await new Promise((resolve) => setTimeout(resolve, 300))
  ana.socket.resume()
  await ana.next(({ type }) => type === 'joined')
  await ana.next(({ type }) => type === 'changes')

  const copy = copyOf(ana.messages, 'Production:p2')
  expect(copy.size).toBe(1_502)
  expect(copy.get('camera big7')?.row['name']).toBe('meanwhile')
  expect(ana.messages.filter(({ type, more }) => type === 'rows' && more === false)).toHaveLength(1)
})

test('L5: a transaction that is too large for one frame comes in parts, the last with the cursor', async () => {
  const ana = await server.socket('ana', { device: 'parts' })
  await ana.join('Production:p2')

  await server.query(
    "update cameras set zoom = zoom + 1, name = repeat('z', 1000) || zoom where production_id = 'p2'",
  )
  await ana.next(({ type, cursor }) => type === 'changes' && cursor !== undefined)

  const parts = ana.messages.filter(({ type }) => type === 'changes')
  expect(parts.length).toBeGreaterThan(3)
  expect(parts.slice(0, -1).every(({ more, cursor }) => more === true && cursor === undefined)).toBe(true)
  expect(parts.flatMap(({ changes }) => changes)).toHaveLength(1_501)
})

test('L4: more changes of a room in one batch than anybody wants to read one by one become a snapshot', async () => {
  const ana = await server.socket('ana', { device: 'overflow' })
  await ana.join('Production:p2')

  await server.query(
    "insert into cameras select 'many' || n, 'p2', 'many', n from generate_series(1, 21000) n",
  )
  await ana.next(({ type }) => type === 'snapshot')
  await ana.next(
    ({ type, more }) => type === 'rows' && more === false,
    ana.messages.findIndex(({ type }) => type === 'snapshot'),
    30_000,
  )
  await server.query("update cameras set name = 'live again' where id = 'many5'")
  await ana.next(({ type }) => type === 'changes')

  expect(copyOf(ana.messages, 'Production:p2').size).toBe(22_502)
  expect(ana.changes('Production:p2')).toMatchObject([{ id: 'many5', action: 'update' }])
})

test('L1: a table that is emptied makes its rooms load again', async () => {
  const own = await startStageServer()
  try {
    const ana = await own.socket('ana')
    await ana.join('Production:p1')
    await ana.join('Production:p2')

    await own.query('truncate photos')
    await ana.next(({ type }) => type === 'snapshot')
    await ana.next(
      ({ type, more }) => type === 'rows' && more === false,
      ana.messages.findIndex(({ type }) => type === 'snapshot'),
    )

    expect([...copyOf(ana.messages, 'Production:p1').keys()].sort()).toEqual(['camera c1', 'production p1'])
    expect(ana.messages.filter(({ type }) => type === 'snapshot')).toMatchObject([
      { channel: 'Production:p1' },
    ])
  } finally {
    await own.close()
  }
})

function slowConsumers(): number {
  const metric = server.sync.metrics.read().find(({ name }) => name === 'syncline_slow_consumers_total')
  return metric?.values.get('') ?? 0
}
