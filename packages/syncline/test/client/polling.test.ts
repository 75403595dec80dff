/** What a client says and does while no socket can be had, and requests do not go as they should (K2). */
import { expect, test } from 'vitest'
import type { ClientOptions } from '../../src/client/client-options.ts'
import { modelStage } from './model-stage.ts'
import { stageSchema, type StageSchema } from './stage-schema.ts'

type Fetch = NonNullable<ClientOptions<StageSchema>['fetch']>

/** A client that polls, with room `p1` in step; `answer` may answer a request in the server's place. */
async function polling(
  answer: (
    name: 'push' | 'pull',
    body: Body,
    answered: () => Promise<Response>,
  ) => Promise<Response> | undefined = () => undefined,
  options: Partial<ClientOptions<StageSchema>> = {},
) {
  const stage = modelStage(stageSchema)
  const { wire, clock } = stage
  const fetch: Fetch = (url, init) => {
    const name = url.endsWith('/push') ? 'push' : 'pull'
    const answered = () => wire.fetch(url, init)
    return answer(name, JSON.parse(init.body as string), answered) ?? answered()
  }
  stage.server.write((tx) => {
    tx.create('production', 'p2', { name: 'Ballet' }, { user: null })
    tx.grant('ana', 'production', 'p2')
  })
  const client = stage.open({ fetch, ...options })
  const room = client.join('production', 'p1')
  wire.socketsBlocked(true)
  await clock.advance(60_000)
  return { ...stage, client, room }
}

interface Body {
  readonly device: string
  readonly joins?: readonly { readonly channel: string }[]
}

const refusal = (code: string, status = 503) =>
  Promise.resolve(new Response(JSON.stringify({ error: { code, message: 'Why.' } }), { status }))

test('K2: a room is live while polls are answered, and no longer when they are not', async () => {
  const { client, room, wire, clock } = await polling()
  const before = [client.status.current.status, room.status.current]

  wire.connected(false)
  await clock.advance(60_000)
  const without = [client.status.current.status, room.status.current]
  wire.connected(true)
  await clock.advance(60_000)

  expect(before).toEqual(['synced', 'live'])
  expect(without).toEqual(['offline', 'catching-up'])
  expect([client.status.current.status, room.status.current]).toEqual(['synced', 'live'])
  client.close()
})

test('K2: nothing is called synced while a room that was just joined has not come', async () => {
  const { client, clock } = await polling()

  const { status } = client.join('production', 'p2')
  const joining = [client.status.current.status, status.current]
  await clock.advance(6_000)

  expect(joining).toEqual(['syncing', 'joining'])
  expect([client.status.current.status, status.current]).toEqual(['synced', 'live'])
  client.close()
})

test('K2: a request that is never answered is given up, and tried again', async () => {
  let isHanging = false
  const { client, clock } = await polling(() => (isHanging ? new Promise(() => {}) : undefined))
  const before = client.status.current.status

  isHanging = true
  await clock.advance(40_000)
  const hanging = client.status.current.status
  isHanging = false
  await clock.advance(40_000)

  expect([before, hanging, client.status.current.status]).toEqual(['synced', 'offline', 'synced'])
  client.close()
})

test('K2: an answer that begins and does not end is given up later', async () => {
  let isHanging = false
  const endless = () => Promise.resolve(new Response(new ReadableStream({}), { status: 200 }))
  const { client, clock } = await polling(() => (isHanging ? endless() : undefined))

  isHanging = true
  await clock.advance(120_000)
  const slow = client.status.current.status
  await clock.advance(240_000)

  expect([slow, client.status.current.status]).toEqual(['synced', 'offline'])
  client.close()
})

test.each(['disabled', 'unavailable', 'unauthenticated'])(
  'K2: a poll that is refused with `%s` says so, also where a token could be renewed',
  async (code) => {
    const { client } = await polling(() => refusal(code), { token: () => 'ana' })

    expect(client.status.current).toMatchObject({
      status: 'offline',
      transport: 'polling',
      problem: { code, message: 'Why.' },
    })
    client.close()
  },
)

test('W4, K2: a push that is refused keeps no room from being read, and says why', async () => {
  let isRefusing = false
  const { client, clock, server, room } = await polling((name) =>
    isRefusing && name === 'push' ? refusal('rate_limited', 429) : undefined,
  )
  isRefusing = true

  const write = client.mutate.production.update('p1', { name: 'Ana’s' })
  server.write((tx) =>
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', note: null, tags: [] }, { user: null }),
  )
  await clock.advance(11_000)
  const refused = client.status.current
  const read = [client.query.camera.current.length, room.status.current]
  isRefusing = false
  await clock.advance(11_000)
  await write.confirmed

  expect(refused).toMatchObject({ status: 'syncing', pending: 1, problem: { code: 'rate_limited' } })
  expect(read).toEqual([1, 'live'])
  expect(client.status.current).toMatchObject({ status: 'synced', problem: undefined })
  client.close()
})

test.each([100, 30])(
  'more rooms than the %i that a pull may name are asked for in portions',
  async (most) => {
    const sizes: number[] = []
    const { client, clock, server } = await polling((name, { joins = [] }) => {
      if (name === 'pull') sizes.push(joins.length)
      return joins.length > most ? refusal('too_many_channels', 429) : undefined
    })
    const ids = Array.from({ length: 250 }, (_, at) => `r${at}`)
    server.write((tx) => {
      for (const id of ids) {
        tx.create('production', id, { name: id }, { user: null })
        tx.grant('ana', 'production', id)
      }
    })

    for (const id of ids) client.join('production', id)
    const write = client.mutate.production.update('r200', { name: 'Renamed' })
    const shown = new Set<string | undefined>()
    client.record('production', 'r200').subscribe(() => {
      shown.add(client.record('production', 'r200').current?.name)
    })
    await clock.advance(40_000)
    await write.confirmed

    expect(client.query.production.current).toHaveLength(251)
    expect(client.status.current).toMatchObject({ status: 'synced', problem: undefined })
    expect(Math.max(...sizes.slice(-5))).toBeLessThanOrEqual(most)
    // The ack of the first portion says nothing of the rows of the others.
    expect([...shown]).toEqual(['Renamed'])
    client.close()
  },
)

test('W4, W3: a push that is too large for a server that never said what it takes is sent in parts', async () => {
  const most = 20_000
  const { client, clock } = await polling((name, body) =>
    name === 'push' && JSON.stringify(body).length > most ? refusal('too_large', 413) : undefined,
  )
  const create = (size: number) =>
    client.mutate.camera.create({ productionId: 'p1', name: 'x', note: 'y'.repeat(size), tags: [] })

  const small = [create(9_000), create(9_000), create(9_000)]
  const large = create(30_000)
  const last = create(15_000)
  await clock.advance(60_000)
  await Promise.all([...small, last].map(({ confirmed }) => confirmed))

  await expect(large.confirmed).rejects.toMatchObject({ code: 'too_large', message: 'Why.' })
  expect(client.parked.current).toMatchObject([
    { op: { id: large.id, fields: { note: 'y'.repeat(30_000) } }, reason: { code: 'too_large' } },
  ])
  expect(client.query.camera.current).toHaveLength(4)
  client.close()
})

test('K1: a device that takes a new name by a request forgets what acks of the old name waited for', async () => {
  const state = { withholds: '', taken: '', refusesPushes: false }
  let device = ''
  const { client, clock } = await polling((name, body, answered) => {
    device = body.device
    if (state.taken === body.device) return refusal('device_taken', 409)
    if (state.refusesPushes && name === 'push') return refusal('rate_limited', 429)
    return name === 'pull' ? without(state.withholds, answered()) : undefined
  })
  // An ack waits for a room that does not come.
  state.withholds = 'Production:p2'
  client.join('production', 'p2')
  for (let at = 0; at < 3; at++) client.mutate.production.update('p1', { name: `Old ${at}` })
  await clock.advance(11_000)
  state.taken = device
  await clock.advance(6_000)

  state.refusesPushes = true
  const write = client.mutate.production.update('p1', { name: 'New' })
  state.withholds = ''
  await clock.advance(11_000)
  const shown = client.record('production', 'p1').current?.name
  state.refusesPushes = false
  await clock.advance(11_000)
  await write.confirmed

  expect(write.n).toBe(1)
  expect(shown).toBe('New')
  client.close()
})

test.each(['push', 'pull'] as const)(
  'W3, K2: the answer to a %s of a device that has taken a new name meanwhile acknowledges nothing of the new one',
  async (held) => {
    const state = { isCopied: false, isHeld: false, holdsPushes: false }
    const sent: Body[] = []
    let release = () => {}
    /** Opens no socket, until one says that the device is a copy. */
    class Copied {
      onopen?: () => void
      onclose?: () => void
      onmessage?: (event: { data: string }) => void
      constructor() {
        queueMicrotask(() => (state.isCopied ? this.onopen?.() : this.onclose?.()))
      }
      send(): void {
        state.isCopied = false
        const told = { type: 'error', code: 'device_copied', message: 'Copied.' }
        queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(told) }))
      }
      close(): void {}
    }
    const answer = (name: string, body: Body, answered: () => Promise<Response>) => {
      if (name === 'push') sent.push(body)
      if (!state.isHeld)
        return state.holdsPushes && name === 'push' ? refusal('rate_limited', 429) : undefined
      if (name !== held) return undefined
      state.isHeld = false
      return new Promise<Response>((resolve) => {
        release = () => resolve(answered())
      })
    }
    const { client, clock, server } = await polling(answer, {
      WebSocket: Copied,
      reconnect: { minMs: 500, maxMs: 500 },
    })
    for (let at = 0; at < 3; at++) client.mutate.production.update('p1', { name: `Old ${at}` })
    if (held === 'pull') await clock.advance(11_000)
    state.isHeld = true
    while (state.isHeld) await clock.advance(500)
    state.isCopied = true
    await clock.advance(1_500)

    state.holdsPushes = true
    const write = client.mutate.production.update('p1', { name: 'New' })
    const told: string[] = []
    void write.confirmed.then(() => told.push('confirmed'))
    release()
    await clock.advance(100)
    const early = { pending: client.status.current.pending, told: [...told] }
    state.holdsPushes = false
    await clock.advance(60_000)
    await write.confirmed

    expect(write.n).toBe(1)
    expect(early).toEqual({ pending: 1, told: [] })
    expect(server.state.tables.get('production')?.get('p1')?.fields['name']).toBe('New')
    expect(new Set(sent.map(({ device }) => device)).size).toBe(2)
    client.close()
  },
)

/** A pull's answer in which nothing is said of a channel. */
async function without(channel: string, answer: Promise<Response>): Promise<Response> {
  const { messages } = (await (await answer).json()) as { messages: { channel?: string }[] }
  const told = messages.filter((message) => message.channel !== channel)
  return new Response(JSON.stringify({ messages: told }), { status: 200 })
}
