/** The Action Cable transport with the servers that it is for: a real Rails, and Syncline's own `/cable`. */
import { actionCable, type ActionCableOptions, fromFunction, type Page, SyncRegistry } from 'syncline/markers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type AccountsServer, startAccountsServer } from '../action-cable/accounts-server.ts'
import { ensureRails, type RailsCable, startRailsCable } from './rails/rails-cable.ts'

// A whole imitation of a browser would take the server's own Request and URL away.
beforeEach(() => {
  vi.spyOn(console, 'debug').mockImplementation(() => {})
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => {})
})

const registries: SyncRegistry[] = []
afterEach(() => {
  for (const registry of registries.splice(0)) registry.disconnect()
  vi.unstubAllGlobals()
})

function start(url: string, options: ActionCableOptions, places: Partial<Page> = {}) {
  const reloads: string[][] = []
  const page: Page = { ...fromFunction((props) => void reloads.push([...props])), ...places }
  const registry = new SyncRegistry({
    transport: actionCable(url, options),
    page,
    reconnectDelay: 50,
    debounceMs: 20,
  })
  registries.push(registry)
  return { registry, reloads }
}

// Where Ruby may not be installed there is no Rails to be had.
describe.runIf(ensureRails())('Rails 6.1', () => {
  let rails: RailsCable
  beforeAll(async () => void (rails = await startRailsCable()))
  afterAll(() => rails?.close())

  test.each(['model', 'identifier'] as const)(
    '%s: refreshes on every broadcast, and disturbed by no rejection',
    async (form) => {
      const { registry, reloads } = start(rails.url, { form, WebSocket: WebSocket as never })
      const heard: string[] = []
      registry.listen('Account:1', ({ action }) => heard.push(action))
      registry.subscribe('Secret:1', 'secret')
      registry.subscribe('Account:1', 'account')
      registry.subscribe('Account:1/account_users', 'members')
      // R1: where the page was read is not known to Rails, so that everything is loaded once.
      await expect.poll(() => reloads.flat().toSorted()).toEqual(['account', 'members'])
      reloads.length = 0

      rails.broadcast('Account:1', { identifier: 'Account:1', action: 'refresh', prop: 'account' })
      await expect.poll(() => reloads).toEqual([['account']])
      rails.broadcast('Account:1/account_users', { identifier: 'Account:1/account_users', action: 'create' })

      await expect.poll(() => reloads).toEqual([['account'], ['members']])
      expect(heard).toEqual(['refresh'])
    },
  )

  test('R1: after a restart the page comes back, and everything is loaded again', async () => {
    const { registry, reloads } = start(rails.url, { WebSocket: WebSocket as never })
    registry.subscribe('Account:1', 'account')
    registry.subscribe('Account:2', 'other')
    await expect.poll(() => reloads.flat()).toHaveLength(2)
    reloads.length = 0

    rails.restart()

    await expect.poll(() => reloads.flat().toSorted()).toEqual(['account', 'other'])
    rails.broadcast('Account:2', { action: 'remove' })
    await expect.poll(() => reloads.at(-1)).toEqual(['other'])
  })
})

describe('Syncline', () => {
  let accounts: AccountsServer
  beforeAll(async () => void (accounts = await startAccountsServer()))
  afterAll(() => accounts?.close())

  /** A browser brings the session's cookie by itself. */
  const signedIn = (session: string) =>
    class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers: accounts.headersOf(session) })
      }
    } as never
  const url = () => `ws://127.0.0.1:${accounts.port}/cable`
  const rename = (name: string) => accounts.query('update accounts set name = $1 where id = 1', [name])

  test.each(['model', 'identifier'] as const)(
    '%s: a change refreshes the pages of those who may read it',
    async (form) => {
      const ben = start(url(), { form, WebSocket: signedIn('s-ben') })
      const cleo = start(url(), { form, WebSocket: signedIn('s-cleo') })
      const warn = vi
        .spyOn(console, 'warn')
        .mockClear()
        .mockImplementation(() => {})
      for (const { registry } of [ben, cleo]) registry.subscribe('Account:1', 'account')
      await expect.poll(() => ben.reloads).toEqual([['account']])
      await expect.poll(() => String(warn.mock.calls)).toContain('The server refuses `Account:1`')

      await rename(form)

      await expect.poll(() => ben.reloads).toHaveLength(2)
      expect(cleo.reloads).toEqual([])
      expect(cleo.registry.isConnected).toBe(true)
    },
  )

  test.each(['model', 'identifier'] as const)(
    'R1: %s: a change between the page and the subscription arrives, and nothing else is loaded',
    async (form) => {
      const { cursor } = (await accounts.sync.position()) ?? { cursor: '' }
      const placeOf = () => ({ cursor, position: 1 })
      await rename(`In between ${form}`)

      const { registry, reloads } = start(url(), { form, WebSocket: signedIn('s-ben') }, { placeOf })
      registry.subscribe('Account:1', 'account')
      registry.subscribe('Account:3', 'other')

      await expect.poll(() => reloads).toEqual([['account']])
    },
  )
})
