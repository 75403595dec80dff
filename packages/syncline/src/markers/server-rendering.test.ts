import { expect, test } from 'vitest'
import { subscribeToModel, subscribeToSync, syncRegistry } from './subscribe.ts'

test('during server rendering every call does nothing, and nothing is kept for the next request', () => {
  syncRegistry.subscribe('Account:1', 'account')
  const ends = [
    syncRegistry.listen('Account:1', () => {}),
    subscribeToSync('Account', 2, () => {}),
    subscribeToModel('Account', 3, 'account'),
  ]
  for (const end of ends) end()
  syncRegistry.unsubscribe('Account:1', 'account')

  expect(syncRegistry.subscriptions.size).toBe(0)
  expect(syncRegistry.status.current).not.toBe('connected')
})
