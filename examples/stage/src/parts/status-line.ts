/**
 * Whether the page is live, and what it has not been able to send.
 *
 *   K2 honest   whatever the server has not committed is counted here, with the age of the oldest
 */
import type { SyncStatus } from 'syncline/client'
import type { Crew } from '../crew.ts'
import { element, setAttribute, setText } from '../view/element.ts'

/** Makes the line and keeps it current; `close` ends that. */
export function statusLine(crew: Crew): { readonly element: HTMLElement; readonly close: () => void } {
  // Only the state is announced; the age beside it changes every second.
  const state = element('span', { role: 'status' })
  const unsent = element('span', { class: 'unsent' })
  const line = element('p', { class: 'status' }, element('span', { class: 'lamp' }), state, unsent)
  const show = () => {
    const { status } = crew
    setAttribute(line, 'data-live', isLive(status) ? 'yes' : 'no')
    setText(state, describeConnection(status))
    setText(unsent, describeUnsent(status))
  }
  show()
  return { element: line, close: crew.onStatus(show) }
}

/** "2 changes not sent, oldest 14 s"; nothing when everything is committed. */
export function describeUnsent({
  pending,
  oldestPendingMs = 0,
}: Pick<SyncStatus, 'pending' | 'oldestPendingMs'>): string {
  if (pending === 0) return ''
  const changes = pending === 1 ? '1 change not sent' : `${pending} changes not sent`
  return oldestPendingMs < 1_000 ? changes : `${changes}, oldest ${describeAge(oldestPendingMs)}`
}

function isLive({ realtimeConnected, status }: SyncStatus): boolean {
  return realtimeConnected || status === 'synced'
}

function describeConnection({ realtimeConnected, status, problem }: SyncStatus): string {
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
