/** Notices in a corner of the window, the newest last. They stay while the pointer or the focus is on them. */
import { useSyncExternalStore } from 'react'
import type { Notices } from '../sync/notices.ts'

export function NoticeList({ notices }: { readonly notices: Notices }) {
  const shown = useSyncExternalStore(notices.subscribe, () => notices.current)
  return (
    <div
      className="notices"
      role="region"
      aria-label="Notices"
      aria-live="polite"
      onPointerEnter={notices.hold}
      onPointerLeave={notices.release}
      onFocus={notices.hold}
      onBlur={notices.release}
    >
      {shown.map((notice) => (
        <div key={notice.key} className="notice">
          <p>{notice.text}</p>
          {notice.kept && <p className="kept">{notice.kept}</p>}
          {notice.action && (
            <button type="button" onClick={() => notices.act(notice)}>
              {notice.action.label}
            </button>
          )}
          <button type="button" onClick={() => notices.remove(notice.key)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  )
}
