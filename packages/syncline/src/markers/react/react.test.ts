// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { createElement as h, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test } from 'vitest'
import { fromFunction } from '../pages/from-function.ts'
import { syncRegistry } from '../subscribe.ts'
import { TheirsNotice } from './theirs-notice.ts'
import { useKeptField } from './use-kept-field.ts'
import { useSync, useSyncState } from './use-sync.ts'

syncRegistry.configure({ enabled: false })
afterEach(cleanup)

const subscribed = () =>
  Object.fromEntries(Array.from(syncRegistry.subscriptions, ([name, props]) => [name, [...props]]))

function Page({ selected }: { selected: string | null }) {
  useSync({ 'Account:all': 'accounts', [`Account:${selected}`]: ['selected_account'] })
  return h('p', null, useSyncState())
}

test('a component is subscribed while it is on the page, in Strict Mode too, to what its last render says', () => {
  const page = render(h(StrictMode, null, h(Page, { selected: null })))
  const first = subscribed()
  page.rerender(h(StrictMode, null, h(Page, { selected: '1' })))
  const second = subscribed()
  page.unmount()

  expect(first).toEqual({ 'Account:all': ['accounts'] })
  expect(second).toEqual({ 'Account:all': ['accounts'], 'Account:1': ['selected_account'] })
  expect(subscribed()).toEqual({})
})

function Quick() {
  useSync({ 'Account:7': 'account' }, { debounceMs: 0 })
  return null
}

test('a component may say how long its markers wait', async () => {
  const reloads: string[][] = []
  const page = fromFunction((props) => void reloads.push([...props]))
  syncRegistry.configure({ page, debounceMs: 3_600_000 })
  const quick = render(h(Quick))

  syncRegistry.handleMessage({ identifier: 'Account:7' })

  await expect.poll(() => reloads).toEqual([['account']])
  quick.unmount()
})

test('rendering on the server subscribes nothing and says that no markers come', () => {
  expect(renderToString(h(Page, { selected: '1' }))).toBe('<p>off</p>')
  expect(subscribed()).toEqual({})
})

function Form({ name }: { name: string }) {
  const field = useKeptField(name)
  return h('form', null, h('input', { ...field.input, 'aria-label': 'Name' }), h(TheirsNotice, { field }))
}

test('R4: a field follows the page until the user types; then it keeps the text and offers theirs', () => {
  const input = () => screen.getByLabelText<HTMLInputElement>('Name')
  const { rerender } = render(h(Form, { name: 'Acme' }))
  rerender(h(Form, { name: 'Acme Ltd' }))
  expect(input().value).toBe('Acme Ltd')

  fireEvent.change(input(), { target: { value: 'Mine' } })
  rerender(h(Form, { name: 'Theirs' }))
  expect([input().value, screen.getByRole('status').textContent]).toEqual([
    'Mine',
    'Changed meanwhile to “Theirs”. Use theirs Keep mine',
  ])
  act(() => screen.getByText('Keep mine').click())
  expect([input().value, screen.getByRole('status').textContent]).toEqual(['Mine', ''])

  rerender(h(Form, { name: 'Others' }))
  act(() => screen.getByText('Use theirs').click())
  expect(input().value).toBe('Others')
  rerender(h(Form, { name: 'Followed' }))
  expect(input().value).toBe('Followed')
})
