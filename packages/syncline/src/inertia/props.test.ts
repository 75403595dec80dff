import { expect, test } from 'vitest'
import { createInertia } from './create-inertia.ts'
import type { InertiaOptions } from './options.ts'
import type { Page } from './page.ts'
import { always, deepMerge, defer, merge, once, optional, prepend, scroll } from './prop.ts'

const FULL = { 'x-inertia': 'true' }

const partial = (headers: Record<string, string>) => ({
  ...FULL,
  'x-inertia-partial-component': 'accounts',
  ...headers,
})
const only = (paths: string) => partial({ 'x-inertia-partial-data': paths })
const except = (paths: string) => partial({ 'x-inertia-partial-except': paths })

async function pageOf(
  props: Record<string, unknown>,
  headers: Record<string, string> = FULL,
  options: Partial<InertiaOptions> = {},
): Promise<Page> {
  const inertia = createInertia({ document: ({ body }) => body, ...options })
  const request = new Request('http://app.test/accounts', { headers })
  const response = await inertia.handle(request, (visit) => visit.render('accounts', props))
  return (await response.json()) as Page
}

/** A prop function that counts its calls. */
function counted<T>(value: T): (() => T) & { calls: number } {
  const read = Object.assign(() => (read.calls++, value), { calls: 0 })
  return read
}

test('a first visit reads functions and promises, and leaves optional and deferred props unread', async () => {
  const left = { optional: counted(1), deferred: counted(2) }

  const { props, deferredProps } = await pageOf({
    plain: 'a',
    lazy: () => 'b',
    slow: async () => 'c',
    nested: { deep: () => 'd', at: new Date(0) },
    optional: optional(left.optional),
    deferred: defer(left.deferred),
  })

  expect(props).toEqual({
    errors: {},
    plain: 'a',
    lazy: 'b',
    slow: 'c',
    nested: { deep: 'd', at: '1970-01-01T00:00:00.000Z' },
  })
  expect(deferredProps).toEqual({ default: ['deferred'] })
  expect([left.optional.calls, left.deferred.calls]).toEqual([0, 0])
})

test('all functions of an answer run at once', async () => {
  let arrived = 0
  let open = () => {}
  const everybodyIsThere = new Promise<void>((resolve) => (open = resolve))
  const meet = async () => {
    if (++arrived === 4) open()
    await everybodyIsThere
    return arrived
  }

  const { props } = await pageOf({ a: meet, b: always(meet), c: { d: meet, e: merge(meet) } })

  expect(props).toMatchObject({ a: 4, b: 4, c: { d: 4, e: 4 } })
})

test('a partial reload reads what it asks for, and what always travels, and calls nothing else', async () => {
  const asked = counted('asked')
  const other = counted('other')

  const { props } = await pageOf(
    { asked, other, optional: optional(asked), deferred: defer(asked), clock: always(() => 'now'), plain: 1 },
    only('asked,optional,deferred'),
  )

  expect(props).toEqual({ errors: {}, asked: 'asked', optional: 'asked', deferred: 'asked', clock: 'now' })
  expect(other.calls).toBe(0)
})

test('a partial reload of another component is a whole page', async () => {
  const { props } = await pageOf(
    { a: 1, b: 2 },
    { ...FULL, 'x-inertia-partial-component': 'users', 'x-inertia-partial-data': 'a' },
  )

  expect(props).toEqual({ errors: {}, a: 1, b: 2 })
})

test('what is excepted is not read, also when it is asked for', async () => {
  const secret = counted('secret')
  const headers = { ...only('a,secret'), 'x-inertia-partial-except': 'secret' }

  const both = await pageOf({ a: 1, b: 2, secret }, headers)
  const rest = await pageOf({ a: 1, b: 2, secret, clock: always('now') }, except('secret,clock'))

  expect(both.props).toEqual({ errors: {}, a: 1 })
  expect(rest.props).toEqual({ errors: {}, a: 1, b: 2, clock: 'now' })
  expect(secret.calls).toBe(0)
})

test('dotted paths select inside declared objects and inside what functions return', async () => {
  const email = counted('@')
  const props = {
    account: { name: 'Acme', owner: { name: 'Ann', email } },
    user: () => ({ name: 'Bob', email: 'b@' }),
    accounts: () => [{ name: 'in a list' }],
  }

  const { props: asked } = await pageOf(props, only('account.owner.name,user.name,accounts.0'))
  const { props: left } = await pageOf(props, except('account.owner.email,user.email,accounts'))

  expect(asked).toEqual({
    errors: {},
    account: { owner: { name: 'Ann' } },
    user: { name: 'Bob' },
    accounts: [{ name: 'in a list' }],
  })
  expect(left).toEqual({
    errors: {},
    account: { name: 'Acme', owner: { name: 'Ann' } },
    user: { name: 'Bob' },
  })
  expect(email.calls).toBe(0)
})

test('a path is not a prefix of a longer name', async () => {
  const { props } = await pageOf({ user: 1, users: 2, 'user-name': 3 }, only('user'))

  expect(props).toEqual({ errors: {}, user: 1 })
})

test('deferred props are grouped, also below other props, and are found by their path', async () => {
  const props = {
    stats: defer(() => 1),
    feed: defer(() => 2, { group: 'slow' }),
    account: () => ({ name: 'Acme', invoices: defer(() => [7], { group: 'slow' }) }),
  }

  const first = await pageOf(props)
  const later = await pageOf(props, only('feed,account.invoices'))

  expect(first.props).toEqual({ errors: {}, account: { name: 'Acme' } })
  expect(first.deferredProps).toEqual({ default: ['stats'], slow: ['feed', 'account.invoices'] })
  expect(later.props).toEqual({ errors: {}, feed: 2, account: { invoices: [7] } })
  expect(later.deferredProps).toBeUndefined()
})

test('a function may answer with a prop, which then decides', async () => {
  const { props, deferredProps } = await pageOf({
    plan: () => defer(() => 'gold'),
    name: async () => always('x'),
  })

  expect(props).toEqual({ errors: {}, name: 'x' })
  expect(deferredProps).toEqual({ default: ['plan'] })
})

test('a failing prop fails the answer unless it is deferred with rescue', async () => {
  const failing = () => Promise.reject(new Error('no database'))
  const logged: unknown[] = []
  const error = (fields: object) => void logged.push(fields)
  const logger = { debug() {}, info() {}, warn() {}, error }

  const rescued = await pageOf({ a: defer(failing, { rescue: true }), b: 1 }, only('a,b'), { logger })

  expect(rescued.props).toEqual({ errors: {}, b: 1 })
  expect(rescued.rescuedProps).toEqual(['a'])
  expect(logged).toEqual([{ path: 'a', error: new Error('no database') }])
  await expect(pageOf({ a: defer(failing), b: 1 }, only('a,b'))).rejects.toThrow('no database')
})

test('merging props say how, where and on what they merge', async () => {
  const { mergeProps, prependProps, deepMergeProps, matchPropsOn } = await pageOf({
    tags: merge(['a']),
    feed: merge({ data: [] }, { at: 'data', matchOn: 'id' }),
    log: prepend(() => [], { matchOn: ['id', 'uuid'] }),
    tree: deepMerge({ items: [] }, { matchOn: 'items.id' }),
    both: prepend(
      merge(() => ({ new: [], old: [] }), { at: 'old' }),
      { at: 'new' },
    ),
    later: merge(defer(() => [])),
  })

  expect(mergeProps).toEqual(['tags', 'feed.data', 'both.old', 'later'])
  expect(prependProps).toEqual(['log', 'both.new'])
  expect(deepMergeProps).toEqual(['tree'])
  expect(matchPropsOn).toEqual(['feed.data.id', 'log.id', 'log.uuid', 'tree.items.id'])
})

test('a reset prop, and one that was not asked for, does not merge', async () => {
  const props = { feed: merge([1]), tags: merge(['a']), log: prepend([3]) }

  const page = await pageOf(props, { ...only('feed,tags'), 'x-inertia-reset': 'feed' })

  expect(page.props).toEqual({ errors: {}, feed: [1], tags: ['a'] })
  expect(page.mergeProps).toEqual(['tags'])
  expect(page.prependProps).toBeUndefined()
})

test('a once prop is neither read nor sent to a browser that has it, unless asked for or fresh', async () => {
  const plans = counted(['gold'])
  const kept = { ...FULL, 'x-inertia-except-once-props': 'plans,shared-key' }
  const props = { plans: once(plans, { forMs: 60_000 }), other: once(() => 1, { key: 'shared-key' }) }
  const before = Date.now()

  const first = await pageOf(props)
  const next = await pageOf(props, kept)
  const asked = await pageOf(props, { ...only('plans'), 'x-inertia-except-once-props': 'plans' })
  const fresh = await pageOf({ plans: once(plans, { fresh: true }) }, kept)

  expect(first.props).toEqual({ errors: {}, plans: ['gold'], other: 1 })
  expect(first.onceProps).toMatchObject({ 'shared-key': { prop: 'other', expiresAt: null } })
  expect(first.onceProps?.['plans']?.expiresAt).toBeGreaterThanOrEqual(before + 60_000)
  expect(next.props).toEqual({ errors: {} })
  expect(Object.keys(next.onceProps ?? {})).toEqual(['plans', 'shared-key'])
  expect(asked.props).toEqual({ errors: {}, plans: ['gold'] })
  expect(fresh.props).toEqual({ errors: {}, plans: ['gold'] })
  expect(plans.calls).toBe(3)
})

test('a deferred once prop is not asked for again by a browser that has it', async () => {
  const props = { plans: once(defer(() => 1)) }

  const first = await pageOf(props)
  const next = await pageOf(props, { ...FULL, 'x-inertia-except-once-props': 'plans' })

  expect(first.deferredProps).toEqual({ default: ['plans'] })
  expect(next.deferredProps).toBeUndefined()
  expect(next.onceProps).toEqual({ plans: { prop: 'plans', expiresAt: null } })
})

test('a scroll prop merges on the side that the browser names and says which pages stand around it', async () => {
  const props = {
    feed: scroll(() => ({ data: [4], page: 2 }), {
      page: ({ page }) => ({ current: page, previous: page - 1, next: null }),
      matchOn: 'id',
    }),
  }

  const above = await pageOf(props, {
    ...only('feed'),
    'x-inertia-infinite-scroll-merge-intent': 'prepend',
  })
  const below = await pageOf(props)
  const anew = await pageOf(props, { ...only('feed'), 'x-inertia-reset': 'feed' })

  const note = { pageName: 'page', previousPage: 1, nextPage: null, currentPage: 2, reset: false }
  expect(above).toMatchObject({ prependProps: ['feed.data'], matchPropsOn: ['feed.data.id'] })
  expect(below).toMatchObject({ mergeProps: ['feed.data'], scrollProps: { feed: note } })
  expect(anew.mergeProps).toBeUndefined()
  expect(anew.scrollProps).toEqual({ feed: { ...note, reset: true } })
})

test('a prop that has become undefined travels as null, so that the browser stops showing it', async () => {
  const { props } = await pageOf({ account: () => undefined, other: undefined }, only('account,other'))

  expect(props).toEqual({ errors: {}, account: null, other: null })
})

test('a field named like a prototype stays a field', async () => {
  const hostile = JSON.parse('{"__proto__": {"admin": true}, "a": 1}') as Record<string, unknown>

  const { props } = await pageOf(
    { hostile: { ...hostile, lazy: () => 1 } },
    only('hostile,__proto__,constructor'),
  )

  expect(Object.keys(props['hostile'] as object)).toEqual(['__proto__', 'a', 'lazy'])
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

test('data that contains itself ends with an error, not in an endless walk', async () => {
  const circle = (fields: object) => {
    const made: Record<string, unknown> = { ...fields }
    return Object.assign(made, { left: made, right: { back: made } })
  }

  await expect(pageOf({ circle: circle({ lazy: () => 1 }) })).rejects.toThrow(/circular/i)
  await expect(pageOf({ circle: circle({ plain: 1 }) })).rejects.toThrow(/circular/i)
})

test('a part of a merging prop merges only where the part is the list', async () => {
  const props = {
    whole: merge({ a: [1], b: [2] }),
    inside: merge({ a: [1], b: [2] }, { at: 'a', matchOn: 'id' }),
  }

  const page = await pageOf(props, only('whole.a,inside.a'))

  expect(page.props).toEqual({ errors: {}, whole: { a: [1] }, inside: { a: [1] } })
  expect([page.mergeProps, page.matchPropsOn]).toEqual([['inside.a'], ['inside.a.id']])
})
