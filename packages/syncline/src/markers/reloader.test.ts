import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'
import type { Page, ReloadEnd } from './page.ts'
import { createReloader } from './reloader.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A page whose reloads a test ends. */
function setUp(page: Partial<Page> = {}) {
  const reloads: { props: readonly string[]; end(how: ReloadEnd): Promise<void>; isCancelled: boolean }[] = []
  const source: Page = {
    reload(props) {
      let resolve: (how: ReloadEnd) => void = () => {}
      const end = new Promise<ReloadEnd>((done) => (resolve = done))
      const reload = {
        props,
        isCancelled: false,
        async end(how: ReloadEnd) {
          resolve(how)
          await vi.advanceTimersByTimeAsync(0)
        },
      }
      reloads.push(reload)
      return { end, cancel: () => void (reload.isCancelled = true) }
    },
    ...page,
  }
  const settings = { clock: systemClock, random: () => 1, page: source }
  const reloader = createReloader(
    () => settings,
    () => reloader.perform(),
  )
  const mark = (props: string[], at?: number) => {
    if (reloader.mark(props, at)) reloader.schedule(300)
  }
  return { reloader, reloads, mark, asked: () => reloads.map(({ props }) => props.join()) }
}

test('R2: a reload that takes over 10 s is cancelled and repeated, with more patience each time', async () => {
  const { reloads, mark, asked } = setUp()
  mark(['account'])
  await vi.advanceTimersByTimeAsync(300 + 9_999)
  expect(reloads[0]?.isCancelled).toBe(false)

  await vi.advanceTimersByTimeAsync(1)
  expect(reloads[0]?.isCancelled).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked()).toEqual(['account', 'account'])
  await vi.advanceTimersByTimeAsync(19_999)
  expect(reloads[1]?.isCancelled).toBe(false)
  await vi.advanceTimersByTimeAsync(1)

  expect(reloads[1]?.isCancelled).toBe(true)
})

test('an answer that was given up changes nothing when it comes after all', async () => {
  const { reloader, reloads, mark } = setUp()
  mark(['account'])
  await vi.advanceTimersByTimeAsync(300 + 10_000)

  await reloads[0]?.end('ended')

  expect([...reloader.pending]).toEqual(['account'])
})

test('R1: a reload that was interrupted or failed leaves its props stale; one that was refused does not', async () => {
  for (const [how, again] of [
    ['interrupted', true],
    ['failed', true],
    ['refused', false],
    ['ended', false],
  ] as const) {
    const { reloads, mark, asked } = setUp()
    mark(['account'])
    await vi.advanceTimersByTimeAsync(300)
    await reloads[0]?.end(how)
    await vi.advanceTimersByTimeAsync(1_000)

    expect(asked()).toEqual(again ? ['account', 'account'] : ['account'])
  }
})

test('R2: what another answer brought meanwhile is not reloaded', async () => {
  let position = 100
  const { reloader, mark, asked } = setUp({ placeOf: () => ({ cursor: '', position }) })
  mark(['account'], 150)
  mark(['members'], 250)

  position = 200
  reloader.settle()
  await vi.advanceTimersByTimeAsync(300)

  expect(asked()).toEqual(['members'])
})

test('R4: while the page is busy nothing is asked, and everything together a while after it is free', async () => {
  let isBusy = true
  const { reloader, mark, asked } = setUp({ isBusy: () => isBusy })
  mark(['account'])
  await vi.advanceTimersByTimeAsync(5_000)
  mark(['members'])
  reloader.freed(300)
  expect(asked()).toEqual([])

  isBusy = false
  reloader.freed(300)
  await vi.advanceTimersByTimeAsync(200)
  mark(['plan'])
  expect(asked()).toEqual([])
  await vi.advanceTimersByTimeAsync(5_000)

  expect(asked()).toEqual(['account,members,plan'])
})

test('R2: what the page has loaded by itself until the reload is due is not reloaded, though it said nothing', async () => {
  let position = 100
  const { mark, asked } = setUp({ placeOf: () => ({ cursor: '', position }) })
  mark(['account'], 150)

  position = 150
  await vi.advanceTimersByTimeAsync(300)

  expect(asked()).toEqual([])
})

test('R1: what was held for a page that is gone does not keep the next page from reloading', async () => {
  let isBusy = true
  const { reloader, mark, asked } = setUp({ isBusy: () => isBusy })
  mark(['account'])
  await vi.advanceTimersByTimeAsync(400)
  // The visit that it waited for takes its component away.
  reloader.forget('account')
  isBusy = false
  reloader.freed(300)

  mark(['accounts'])
  await vi.advanceTimersByTimeAsync(300)

  expect(asked()).toEqual(['accounts'])
})

test('R1: a loader that throws before it begins has failed: its props stay stale, and are asked for again', async () => {
  let throws = true
  const asked: string[] = []
  const { mark, reloader } = setUp({
    reload(props) {
      asked.push(props.join())
      if (throws) throw new Error('Not now.')
      return { end: Promise.resolve('ended'), cancel() {} }
    },
  })
  mark(['account'])
  await vi.advanceTimersByTimeAsync(300)
  expect([...reloader.pending]).toEqual(['account'])

  throws = false
  await vi.advanceTimersByTimeAsync(1_000)

  expect(asked).toEqual(['account', 'account'])
  expect([...reloader.pending]).toEqual([])
})
