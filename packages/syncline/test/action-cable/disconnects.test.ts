/** Why the server ends a cable, and whether the client may come back; the other reasons are in `wire.test.ts`. */
import { expect, test } from 'vitest'
import { RawClient } from '../server/stage-server.ts'
import { type AccountsServer, accountIdentifier, startAccountsServer } from './accounts-server.ts'

const told = (reason: string) => JSON.stringify({ type: 'disconnect', reason, reconnect: true })

/** A cable of Ben's that is not waited for to be welcomed. */
const knock = (server: AccountsServer) => server.cable(undefined, server.headersOf('s-ben'))

test('one connection too many of a user is told so, and disturbs none of those that stand', async () => {
  const server = await startAccountsServer({ limits: { connectionsPerUser: 2 } })
  const standing = [await server.cable('s-ben'), await server.cable('s-ben')]
  const other = await server.cable('s-cleo')

  const third = await knock(server)
  const code = await third.closed

  expect([code, third.frames]).toEqual([4012, [told('too_many_connections')]])
  for (const cable of standing)
    expect(await cable.answerTo(accountIdentifier(1))).toBe('confirm_subscription')
  expect(await other.answerTo(accountIdentifier(2))).toBe('confirm_subscription')
  standing[0]?.socket.terminate()
  await expect.poll(() => server.sync.explain.connections().length).toBe(2)
  expect(await server.cable('s-ben')).toBeDefined()
  await server.close()
})

test('connections of both wires are counted together, and each that ends makes room for one of either', async () => {
  const server = await startAccountsServer({ limits: { connectionsPerUser: 2 } })
  let devices = 0
  const native = async () => {
    const client = new RawClient(server.port, server.headersOf('s-ben'))
    await client.opened
    client.send({ type: 'hello', protocol: 1, device: `device ${devices++}`, schema: 1 })
    return client
  }
  const cable = await server.cable('s-ben')
  const page = await native()
  await page.next(({ type }) => type === 'welcome')

  const oneMoreCable = await knock(server)
  const oneMorePage = await native()

  expect(await oneMoreCable.closed).toBe(4012)
  expect((await oneMorePage.next(({ type }) => type === 'error')).code).toBe('too_many_connections')
  page.terminate()
  await expect.poll(() => server.sync.explain.connections().length).toBe(1)
  await server.cable('s-ben')
  cable.socket.terminate()
  await expect.poll(() => server.sync.explain.connections().length).toBe(1)
  const last = await native()
  await last.next(({ type }) => type === 'welcome')
  last.terminate()
  await server.close()
})

test('W4: a cable that answers nothing is given up; one that only answers pings stands', async () => {
  const server = await startAccountsServer({ limits: { silenceMs: 3_000 } })
  const [silent, answering] = [await server.cable('s-ben'), await server.cable('s-ben')]
  // As behind a network that has gone: what arrives is not answered.
  silent.socket.pong = () => {}

  const code = await silent.closed

  expect([code, silent.frames.at(-1)]).toEqual([4014, told('timeout')])
  expect(await answering.answerTo(accountIdentifier(1))).toBe('confirm_subscription')
  await server.close()
})

test('while it cannot be found out who it is, a cable is asked to come back, and the server goes on', async () => {
  let isAway = true
  const server = await startAccountsServer({
    authenticate: async () => {
      if (isAway) throw new Error('The sessions are away.')
      return { user: { id: '2', name: 'Ben', siteAdmin: false } }
    },
  })

  const cable = await knock(server)
  const code = await cable.closed
  isAway = false

  expect([code, cable.frames]).toEqual([1013, [told('unavailable')]])
  expect(server.warnings).toContain('It could not be found out who opens a cable.')
  expect(await (await server.cable('s-ben')).answerTo(accountIdentifier(1))).toBe('confirm_subscription')
  await server.close()
})
