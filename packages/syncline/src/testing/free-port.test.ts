import { createServer, type Server } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from './free-port.ts'

test('a free port can be listened on, and is none that a system gives to outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))

  const servers = await Promise.all(ports.map(listen))

  expect(servers.every(({ listening }) => listening)).toBe(true)
  expect(Math.max(...ports)).toBeLessThan(32_768)
  for (const server of servers) server.close()
})

function listen(port: number): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
