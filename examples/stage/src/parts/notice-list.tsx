/** Notices in a corner of the window, the newest last. They stay while the pointer or the focus is on them. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { Notices } from '../sync/notices.ts'

export function NoticeList({ notices }: { readonly notices: Notices }) {
  const shown = useSyncExternalStore(notices.subscribe, () => notices.current)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // A button that goes with its notice takes the focus along, and tells nobody.
    if (!list.current?.contains(document.activeElement)) notices.release('focus')
  }, [shown, notices])
  return (
    <div
      ref={list}
      className="notices"
      role="region"
      aria-label="Notices"
      aria-live="polite"
      onPointerEnter={() => notices.hold('pointer')}
      onPointerLeave={() => notices.release('pointer')}
      onFocus={() => notices.hold('focus')}
      onBlur={() => notices.release('focus')}
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
