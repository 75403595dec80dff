/** A device of one user under the session of another, as when a second tab signed in: nothing is sent, and nothing is lost. */
import { expect, test } from 'vitest'
import { profile } from './pages-fixture.ts'

type Profile = ReturnType<typeof profile>

/** Who has written what into the log. */
const authorsIn = ({ state }: Profile['server']) =>
  state.log.flatMap(({ rows }) => rows.map(({ author }) => author.user))

/** A page of ana's that has written before, and has unsent writes now. */
async function withUnsent({ wire, pass, open }: Profile) {
  const page = open({ joinAtStart: true })
  await pass()
  await Promise.all([page.mutate.production.update('p1', { name: 'Sent' }).confirmed, pass()])
  wire.connected(false)
  await page.mutate.production.update('p1', { name: 'Unsent' }).stored
  page.close()
  await pass()
  wire.connected(true)
}

test('K3, W3: writes stay queued while the session is of another user, and are sent when it is of theirs again', async () => {
  const stage = profile()
  const { server, pass, open } = stage
  await withUnsent(stage)

  const page = open({ token: 'ben' })
  await pass(20_000)
  const { pending, status, problem } = page.status.current
  const parked = page.parked.current
  page.close()
  await pass()
  const again = open()
  await pass(20_000)

  expect({ pending, status, parked }).toEqual({ pending: 1, status: 'error', parked: [] })
  expect(problem?.code).toBe('session_ended')
  expect(again.status.current).toMatchObject({ pending: 0, status: 'realtime' })
  expect(server.state.tables.get('production')?.get('p1')?.fields['name']).toBe('Unsent')
  expect(authorsIn(server)).not.toContain('ben')
})

test('K3, W3: a page whose token is of another user for a while waits until it is of its own again', async () => {
  const stage = profile()
  const { server, pass, open } = stage
  await withUnsent(stage)
  let token = 'ben'

  const page = open({ token: () => token })
  await pass(60_000)
  const { pending } = page.status.current
  const parked = page.parked.current
  token = 'ana'
  await pass(60_000)

  expect({ pending, parked }).toEqual({ pending: 1, parked: [] })
  expect(page.status.current).toMatchObject({ pending: 0, status: 'realtime', transport: 'socket' })
  expect(server.state.tables.get('production')?.get('p1')?.fields['name']).toBe('Unsent')
  expect(authorsIn(server)).not.toContain('ben')
})

test('W3: where the device is really of another user, its unsent writes are parked under a new name', async () => {
  const stage = profile()
  const { pass, open } = stage
  await withUnsent(stage)
  const taken = { error: { code: 'device_taken', message: 'Of another user.' } }
  const names = new Set<string>()
  const { fetch } = stage.wire

  const page = open({
    token: () => (names.size > 1 ? 'ana' : 'ben'),
    fetch: (url, init) => {
      names.add((JSON.parse(String(init.body)) as { device: string }).device)
      return names.size > 1
        ? fetch(url, init)
        : Promise.resolve(new Response(JSON.stringify(taken), { status: 409 }))
    },
  })
  await pass(60_000)

  expect(page.parked.current).toMatchObject([{ reason: { code: 'device_taken' } }])
  expect(page.status.current).toMatchObject({ pending: 0, status: 'realtime', transport: 'socket' })
})
