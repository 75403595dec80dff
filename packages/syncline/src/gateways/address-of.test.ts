import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { addressOf } from './upgrades.ts'

test('where a connection comes from is not kept with the socket, which still knows it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket & { _peername?: object }]

  const address = addressOf(socket)
  const kept = socket._peername
  const again = [socket.remoteAddress, socket.remotePort]

  expect(address).toBe('127.0.0.1')
  expect(kept).toBeUndefined()
  expect(again).toEqual(['127.0.0.1', client.localPort])
  client.destroy()
  server.close()
})
