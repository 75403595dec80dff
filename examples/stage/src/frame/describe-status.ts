/** How synchronisation stands, in words. */
import type { SyncStatus } from 'syncline/client'
import { reasonFor } from '../sync/reason-of.ts'

/** "2 changes not sent, oldest 14 s"; nothing when everything is committed. */
export function describeUnsent({
  pending,
  oldestPendingMs = 0,
}: Pick<SyncStatus, 'pending' | 'oldestPendingMs'>): string {
  if (pending === 0) return ''
  const changes = pending === 1 ? '1 change not sent' : `${pending} changes not sent`
  return oldestPendingMs < 1_000 ? changes : `${changes}, oldest ${describeAge(oldestPendingMs)}`
}

/** What is asked of who signs out while changes are unsent; without a number when the device cannot tell. */
export function askToLose(unsent: number | undefined): string {
  if (unsent === undefined) {
    return 'This device cannot tell whether all of your changes have been sent. Signing out deletes what has not been sent. Cancel to keep it; it is sent as soon as the server answers.'
  }
  const [changes, them, are] =
    unsent === 1
      ? ['1 change on this device has', 'it', 'is']
      : [`${unsent} changes on this device have`, 'them', 'are']
  const they = unsent === 1 ? 'it' : 'they'
  return `${changes} not been sent yet. Signing out deletes ${them}. Cancel to keep ${them}; ${they} ${are} sent as soon as the server answers.`
}

/** Asked of who signs out while something that was refused is not dealt with. */
export const ASK_TO_LOSE_REFUSED =
  'Something that you wrote could not be saved, and only this device has it. Signing out deletes it. Cancel to keep it, and look at the notices and at the fields that say “Not saved”.'

/** What becomes of unsent changes when the session ends elsewhere; nothing when there are none. */
export function describeKept({ pending, storage }: Pick<SyncStatus, 'pending' | 'storage'>): string {
  if (pending === 0) return ''
  const [changes, are] = pending === 1 ? ['1 change', 'is'] : [`${pending} changes`, 'are']
  return storage === 'durable'
    ? `${changes} of yours ${are} kept on this device, and ${are} sent when you sign in again.`
    : `${changes} of yours ${are} lost, for this device keeps nothing.`
}

export function isLive({ realtimeConnected, status }: SyncStatus): boolean {
  return realtimeConnected || status === 'synced'
}

export function describeConnection({ realtimeConnected, status, problem }: SyncStatus): string {
  if (realtimeConnected) return 'Live'
  if (status === 'synced') return 'Live, every few seconds'
  if (status === 'error') return problem ? reasonFor(problem) : 'Not connected'
  return status === 'offline' ? 'Offline' : 'Connecting'
}

function describeAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`
}
