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

const LIMIT = 1_000

/** Refuses what is too large before it has read it, as the gateway does, and says how much of others it read. */
const refusing: FetchHandler = async (request) => {
  if (Number(request.headers.get('content-length') ?? 0) > LIMIT)
    return new Response('too large', { status: 413 })
  const reader = request.body?.getReader()
  let size = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength
    if (size > LIMIT) {
      reader?.releaseLock()
      return new Response('too large', { status: 413 })
    }
  }
  return new Response(`read ${size}`)
}

/** What a client reads that sends `parts` one after another, and when the connection ends. */
function answerTo(url: string, ...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', async () => {
      for (const part of parts) {
        if (socket.destroyed) return
        socket.write(part)
        await new Promise((next) => setTimeout(next, 20))
      }
    })
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test.each([
  ['its length is told', ['content-length: 200000\r\n\r\n', 'x'.repeat(100_000), 'x'.repeat(100_000)]],
  [
    'it comes in chunks',
    ['transfer-encoding: chunked\r\n\r\n', `186a0\r\n${'x'.repeat(100_000)}\r\n`, '1\r\nx\r\n0\r\n\r\n'],
  ],
  [
    'it waits to be asked for',
    ['content-length: 200000\r\nexpect: 100-continue\r\n\r\n', 'x'.repeat(100_000), 'x'.repeat(100_000)],
  ],
  ['it never ends', ['content-length: 200000\r\n\r\n', 'x'.repeat(100_000)]],
])(
  'a refused body, when %s, gets a whole answer that says that the connection ends',
  async (_when, parts) => {
    const url = await serve(refusing)

    const answer = await answerTo(url, 'POST / HTTP/1.1\r\nhost: a\r\n', ...parts)

    const [head = '', body] = answer.replace('HTTP/1.1 100 Continue\r\n\r\n', '').split('\r\n\r\n')
    expect([head.split('\r\n')[0], body]).toEqual(['HTTP/1.1 413 Payload Too Large', 'too large'])
    expect(head.toLowerCase()).toContain('\r\nconnection: close')
  },
)

test('a connection on which something was refused after all of it was read, or nothing came, goes on', async () => {
  const url = await serve(async (request) => {
    await request.text()
    return new Response('no', { status: 422 })
  })

  for (const init of [{ method: 'POST', body: 'x'.repeat(100_000) }, { method: 'POST' }, { method: 'GET' }]) {
    const response = await fetch(url, init)
    expect([response.headers.get('connection'), await response.text()]).toEqual(['keep-alive', 'no'])
  }
})

test('requests that follow a refused one from one pool of connections are all answered', async () => {
  const url = await serve(refusing)
  const outcomes: unknown[] = []

  for (let turn = 0; turn < 20; turn++) {
    const size = turn % 2 === 0 ? 2_000_000 : 10
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(size) })
    outcomes.push([response.status, await response.text()])
  }

  expect(outcomes).toEqual(
    Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? [413, 'too large'] : [200, 'read 10'])),
  )
})
