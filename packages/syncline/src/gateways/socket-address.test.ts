import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { addressOf } from './socket-address.ts'

test('the address of a socket is read without a trace', async () => {
  const server = createServer()
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1')
  const socket = await accepted
  const before = Reflect.ownKeys(socket)

  const address = addressOf(socket)
  const after = Reflect.ownKeys(socket)
  client.destroy()
  socket.destroy()
  server.close()

  expect(address).toBe('127.0.0.1')
  expect(after).toEqual(before)
  expect(addressOf(socket)).toBe('')
})
