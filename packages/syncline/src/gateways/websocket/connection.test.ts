import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { Connection, type ConnectionSurroundings } from './connection.ts'

test('where a connection comes from is asked of its socket once, not for each message', () => {
  let asked = 0
  const socket = Object.defineProperty(new Duplex(), 'remoteAddress', {
    get: () => {
      asked++
      return '192.0.2.7'
    },
  })
  type Parameters = ConstructorParameters<typeof Connection>
  const connection = new Connection(
    socket as Parameters[0],
    { url: '/sync', headers: {} } as Parameters[1],
    {} as ConnectionSurroundings,
  )

  const addresses = [connection.address, connection.address, connection.address]

  expect(addresses).toEqual(['192.0.2.7', '192.0.2.7', '192.0.2.7'])
  expect(asked).toBe(1)
})
