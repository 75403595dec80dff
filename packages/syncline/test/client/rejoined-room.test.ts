/** A room that is left and joined again while it is still being loaded. */
import { expect, inject, test } from 'vitest'
import WebSocket from 'ws'
import { type StageFixture, startStage } from './stage-fixture.ts'

const MANY = 20_000

/** A client whose first room frames are counted as they arrive. */
function countingClient(stage: StageFixture) {
  const waiting = { frames: Number.POSITIVE_INFINITY, resolve() {} }
  class CountingSocket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols)
      this.addEventListener('message', ({ data }) => {
        if (String(data).startsWith('{"type":"rows"') && --waiting.frames === 0) waiting.resolve()
      })
    }
  }
  const client = stage.client('ana', { WebSocket: CountingSocket as never })
  const received = (frames: number) =>
    new Promise<void>((resolve) => Object.assign(waiting, { frames, resolve }))
  return { client, received }
}

test.each([1, 2, 5])(
  'L4: a room joined again after %i frames of its load is live with all its rows, not with the rest of the old load',
  async (frames) => {
    const stage = await startStage(Object.values(inject('servers')).at(-1) as string, ['ana'])
    try {
      await stage.database.query(
        `insert into cameras (id, production_id, name) select 'm' || i, 'p1', repeat('long ', 100) from generate_series(1, ${MANY}) i`,
      )
      const { client, received } = countingClient(stage)
      const begun = received(frames)
      const first = client.join('production', 'p1')
      await begun
      first.leave()
      await client.join('production', 'p1').whenLive()

      expect(client.query.camera.current).toHaveLength(MANY + 1)
    } finally {
      await stage.close()
    }
  },
)
