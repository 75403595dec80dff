import { createServer, request as send, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type FetchHandler, toNode } from './to-node.ts'

let server: Server

async function serve(handler: FetchHandler): Promise<string> {
  server = createServer(toNode(handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('method, path, headers, body and address arrive; status, headers, cookies and body come back', async () => {
  const url = await serve(async (request, context) => {
    const headers = new Headers({ 'x-method': request.method, 'x-path': new URL(request.url).pathname })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    headers.set('x-address', context?.address ?? '')
    return new Response(`${request.headers.get('x-in')} ${await request.text()}`, { status: 201, headers })
  })

  const response = await fetch(`${url}/a%20b?c=1`, { method: 'PUT', body: 'body', headers: { 'x-in': 'in' } })

  expect(response.status).toBe(201)
  expect(await response.text()).toBe('in body')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect([response.headers.get('x-method'), response.headers.get('x-path')]).toEqual(['PUT', '/a%20b'])
  expect(response.headers.get('x-address')).toContain('127.0.0.1')
})

test('an answer streams, and is cancelled when the client goes away', async () => {
  let isCancelled = false
  let isAborted = false
  const url = await serve((request) => {
    request.signal.addEventListener('abort', () => (isAborted = true))
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('first')),
        cancel: () => void (isCancelled = true),
      }),
    )
  })

  const first = await new Promise<string>((resolve) => {
    const client = send(url, (response) => {
      response.once('data', (chunk: Buffer) => {
        resolve(chunk.toString())
        client.destroy()
      })
      response.on('error', () => {})
    })
    client.on('error', () => {})
    client.end()
  })

  expect(first).toBe('first')
  await expect.poll(() => isCancelled && isAborted).toBe(true)
})

test('a HEAD request gets the headers and no body', async () => {
  const url = await serve(() => new Response('body', { headers: { etag: '"1"' } }))

  const response = await fetch(url, { method: 'HEAD' })

  expect([response.headers.get('etag'), await response.text()]).toEqual(['"1"', ''])
})

test('a handler that throws closes the connection and not the server', async () => {
  let calls = 0
  const url = await serve(() => {
    if (calls++ === 0) throw new Error('broken')
    return new Response('fine')
  })

  await expect(fetch(url)).rejects.toThrow()
  expect(await (await fetch(url)).text()).toBe('fine')
})

test('hostile request lines and hosts get an answer', async () => {
  const url = await serve((request) => new Response(new URL(request.url).pathname))
  const port = Number(new URL(url).port)
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      let answer = ''
      const socket = connect(port, '127.0.0.1', () => socket.end(text))
      socket.on('data', (chunk) => (answer += chunk.toString()))
      socket.on('close', () => resolve(answer.split('\r\n')[0] as string))
      socket.on('error', () => resolve('error'))
    })

  expect(await raw('GET /x HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')).toContain('400')
  expect(await raw('GET http://evil.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toContain(
    '200',
  )
  expect(await raw('GET //evil.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toContain('200')
  expect(await raw('OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toContain('200')
  expect(await raw('TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/400|405/)
})
