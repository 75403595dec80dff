/** How synchronisation stands, in words. */
import type { SyncStatus } from 'syncline/client'

/** "2 changes not sent, oldest 14 s"; nothing when everything is committed. */
export function describeUnsent({
  pending,
  oldestPendingMs = 0,
}: Pick<SyncStatus, 'pending' | 'oldestPendingMs'>): string {
  if (pending === 0) return ''
  const changes = pending === 1 ? '1 change not sent' : `${pending} changes not sent`
  return oldestPendingMs < 1_000 ? changes : `${changes}, oldest ${describeAge(oldestPendingMs)}`
}

export function isLive({ realtimeConnected, status }: SyncStatus): boolean {
  return realtimeConnected || status === 'synced'
}

export function describeConnection({ realtimeConnected, status, problem }: SyncStatus): string {
  if (realtimeConnected) return 'Live'
  if (status === 'synced') return 'Live, every few seconds'
  if (status === 'error') return problem?.message ?? 'Not connected'
  return status === 'offline' ? 'Offline' : 'Connecting'
}

function describeAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`
}
