/**
 * Whether the page is live, and what it has not been able to send.
 *
 *   K2 honest   whatever the server has not committed is counted here, with the age of the oldest; with the bar
 *               scrolled out of sight it stands in a corner of the window
 */
import { useSyncStatus } from '../sync/hooks.ts'
import { describeConnection, describeUnsent, isLive } from './describe-status.ts'

export function StatusLine() {
  const status = useSyncStatus()
  return (
    <p className="status" data-live={isLive(status) ? 'yes' : 'no'}>
      <span className="lamp" />
      {/* Only the state is announced; the age beside it changes every second. */}
      <span role="status">{describeConnection(status)}</span>
      <span className="unsent">{describeUnsent(status)}</span>
      {status.storage === 'failed' && (
        <span className="unkept" title={status.storageProblem?.message}>
          · not kept on this device
        </span>
      )}
    </p>
  )
}
