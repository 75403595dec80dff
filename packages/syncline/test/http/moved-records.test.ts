/** A write by a path that its record has left. */
import { expect, test } from 'vitest'
import { startStageServer } from '../server/stage-server.ts'

test('a record that a write moves to another parent is answered whole, with its tag', async () => {
  const server = await startStageServer()

  const moved = await server.sync.fetch(
    new Request('http://localhost/api/productions/p1/cameras/c1', {
      method: 'PUT',
      headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
      body: JSON.stringify({ productionId: 'p2' }),
    }),
  )

  expect([moved.status, moved.headers.get('etag')]).toEqual([200, '"2"'])
  expect(((await moved.json()) as { data: object }).data).toMatchObject({ id: 'c1', productionId: 'p2' })
  await server.close()
})
