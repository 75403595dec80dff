/** The tests of the reference's registry, as they stand there but for the import. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SyncRegistry } from './registry.ts'

// Beside them: files of pure tests share a process.
afterEach(() => void vi.useRealTimers())

describe('SyncRegistry', () => {
  let registry: SyncRegistry

  beforeEach(() => {
    registry = new SyncRegistry()
    vi.useFakeTimers()
  })

  it('debounces reloads', () => {
    const reloadSpy = vi.spyOn(registry, 'performReload')

    registry.pendingReloads.add('accounts')
    registry.scheduleReload()

    registry.pendingReloads.add('selected_account')
    registry.scheduleReload()

    // Should not reload immediately
    expect(reloadSpy).not.toHaveBeenCalled()

    // Fast-forward time
    vi.advanceTimersByTime(300)

    // Should reload once with both props
    expect(reloadSpy).toHaveBeenCalledOnce()
  })

  it('manages subscriptions correctly', () => {
    registry.subscribe('Account:123', 'account')
    registry.subscribe('Account:123', 'selected_account')

    expect(registry.subscriptions.get('Account:123')?.size).toBe(2)

    registry.unsubscribe('Account:123', 'account')
    expect(registry.subscriptions.get('Account:123')?.size).toBe(1)

    registry.unsubscribe('Account:123', 'selected_account')
    expect(registry.subscriptions.has('Account:123')).toBe(false)
  })
})
