import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MarkerMessage } from './message.ts'
import type { ReloadEnd } from './page.ts'
import { SyncRegistry } from './registry.ts'

beforeEach(() => void vi.useFakeTimers({ now: 7_000 }))
afterEach(() => void vi.useRealTimers())

test('a clock and a source of random numbers that are named and undefined are the machine’s', async () => {
  const ends: ReloadEnd[] = ['failed', 'ended']
  const reloads: string[] = []
  const page = {
    reload(props: readonly string[]) {
      reloads.push(props.join())
      return { end: Promise.resolve(ends[reloads.length - 1] as ReloadEnd), cancel() {} }
    },
  }
  const stopped = { now: () => 0, after: () => () => {} }
  const registry = new SyncRegistry({ page, clock: stopped, random: () => 0 })
  const heard: MarkerMessage[] = []

  registry.configure({ clock: undefined, random: undefined })
  registry.listen('Account:1', (message) => heard.push(message))
  registry.subscribe('Account:1', 'account')
  registry.handleMessage({ identifier: 'Account:1', action: 'refresh' })
  await vi.advanceTimersByTimeAsync(60_000)

  expect(heard).toMatchObject([{ timestamp: 7 }])
  expect(reloads).toEqual(['account', 'account'])
})
