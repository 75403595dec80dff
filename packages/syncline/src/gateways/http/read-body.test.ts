import { expect, test } from 'vitest'
import { readBody } from './read-body.ts'

const requestWith = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

test('a body within its limit is read, to the last byte', async () => {
  expect(await readBody(requestWith('é'.repeat(50)), 100)).toBe('é'.repeat(50))
  expect(await readBody(new Request('http://localhost/'), 100)).toBe('')
})

test('a larger body is refused by its announced length, and by what really comes', async () => {
  let pulled = 0
  const endless = new ReadableStream({
    pull: (controller) => {
      pulled++
      controller.enqueue(new Uint8Array(60))
    },
  })

  await expect(readBody(requestWith('x'.repeat(101)), 100)).rejects.toMatchObject({ code: 'too_large' })
  await expect(readBody(requestWith('x', { 'content-length': '101' }), 100)).rejects.toMatchObject({
    code: 'too_large',
  })
  await expect(readBody(requestWith(endless), 100)).rejects.toMatchObject({ code: 'too_large' })
  expect(pulled).toBeLessThan(10)
})

test('bytes that are no UTF-8 are refused', async () => {
  await expect(readBody(requestWith(new Uint8Array([0x22, 0xff, 0x22])), 100)).rejects.toMatchObject({
    code: 'invalid_message',
  })
})
