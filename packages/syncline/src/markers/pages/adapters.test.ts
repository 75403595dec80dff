// @vitest-environment happy-dom
/** The adapters with the real libraries. */
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { createElement } from 'react'
import { act, render } from '@testing-library/react'
import useSWR, { useSWRConfig } from 'swr'
import { expect, test } from 'vitest'
import type { Page } from '../page.ts'
import { fromFunction } from './from-function.ts'
import { inertiaPage } from './inertia-page.ts'
import { svelteKit } from './svelte-kit.ts'
import { type MutateLike, swr } from './swr.ts'
import { tanstackQuery } from './tanstack-query.ts'

const ended = (page: Page, ...props: string[]) => page.reload(props).end

test('TanStack Query: a prop is the first part of the keys that it reloads', async () => {
  const client = new QueryClient()
  const fetched: string[] = []
  const observe = (queryKey: string[]) =>
    new QueryObserver(client, { queryKey, queryFn: () => fetched.push(queryKey.join()) }).subscribe(() => {})
  const stops = [observe(['accounts']), observe(['accounts', 'open']), observe(['users'])]
  await expect.poll(() => fetched).toHaveLength(3)

  expect(await ended(tanstackQuery(client), 'accounts')).toBe('ended')
  expect(fetched.slice(3).toSorted()).toEqual(['accounts', 'accounts,open'])
  await ended(tanstackQuery(client))

  expect(fetched.slice(5).toSorted()).toEqual(['accounts', 'accounts,open', 'users'])
  for (const stop of stops) stop()
})

test('R1: TanStack Query: a change during the first fetch is not swallowed by it', async () => {
  const client = new QueryClient()
  let value = 'old'
  let answer = () => {}
  const queryFn = async () => {
    const read = value
    await new Promise<void>((resolve) => (answer = resolve))
    return read
  }
  const observer = new QueryObserver(client, { queryKey: ['account'], queryFn })
  const stop = observer.subscribe(() => {})
  await expect.poll(() => client.isFetching()).toBe(1)

  value = 'new'
  const reload = ended(tanstackQuery(client), 'account')
  answer()
  await expect.poll(() => observer.getCurrentResult()).toMatchObject({ data: 'old', isFetching: true })
  answer()
  await reload

  expect(observer.getCurrentResult().data).toBe('new')
  stop()
})

test('SWR: a prop is a key, or the first part of one', async () => {
  const fetched: string[] = []
  let mutate: MutateLike | undefined
  function Component() {
    mutate = useSWRConfig().mutate as MutateLike
    const fetcher = (key: string | readonly string[]) => fetched.push(String(key))
    useSWR('accounts', fetcher)
    useSWR(['accounts', 'open'], fetcher)
    useSWR('users', fetcher)
    return null
  }
  const { unmount } = render(createElement(Component))
  await expect.poll(() => fetched).toHaveLength(3)

  await act(() => ended(swr(mutate as MutateLike), 'accounts'))

  expect(fetched.slice(3).toSorted()).toEqual(['accounts', 'accounts,open'])
  unmount()
})

test('SvelteKit: a prop is a dependency of load functions; no prop is all of them', async () => {
  const invalidated: unknown[] = []
  const page = svelteKit(
    async (resource) =>
      void invalidated.push(typeof resource === 'string' ? resource : resource(new URL('http://a'))),
  )

  await ended(page, 'accounts', 'users')
  await ended(page)

  expect(invalidated).toEqual(['app:accounts', 'app:users', true])
})

test('Inertia: options of the application are added to each reload', async () => {
  interface Options {
    onStart(): void
    onFinish(): void
  }
  const asked: object[] = []
  const router = {
    on: () => () => {},
    reload(options: Options) {
      asked.push(options)
      options.onStart()
      options.onFinish()
    },
  }
  const reloadOptions = { headers: { 'X-Reason': 'marker' }, showProgress: true }

  const end = await inertiaPage(router as never, { reloadOptions }).reload(['account']).end

  expect(end).toBe('interrupted')
  expect(asked).toMatchObject([{ only: ['account'], preserveErrors: true, ...reloadOptions }])
})

test('a function gets the props, and what it throws is a failure', async () => {
  const asked: unknown[] = []
  const page = fromFunction((props) => {
    asked.push(props)
    if (props.includes('broken')) throw new Error('No network.')
  })

  expect([await ended(page, 'a', 'b'), await ended(page, 'broken')]).toEqual(['ended', 'failed'])
  expect(asked).toEqual([['a', 'b'], ['broken']])
})
