/** Notices in a corner of the window, the newest last. They stay while the pointer or the focus is on them. */
import { type FocusEvent, useEffect, useRef, useSyncExternalStore } from 'react'
import { focusPage, isFocusLost } from '../frame/focus.ts'
import type { Notices, ShownNotice } from '../sync/notices.ts'
import { returnToRow } from '../table/row-focus.ts'

export function NoticeList({ notices }: { readonly notices: Notices }) {
  const shown = useSyncExternalStore(notices.subscribe, () => notices.current)
  const list = useRef<HTMLDivElement>(null)
  const { onFocus, giveOn } = useFocusGivenOn(list, notices, shown)
  const noteScroll = useNewestInSight(list, shown)
  return (
    <div
      ref={list}
      className="notices"
      role="region"
      aria-label="Notices"
      aria-live="polite"
      onScroll={noteScroll}
      onPointerEnter={() => notices.hold('pointer')}
      onPointerLeave={() => notices.release('pointer')}
      onFocus={(event) => {
        onFocus(event)
        notices.hold('focus')
      }}
      onBlur={() => notices.release('focus')}
    >
      {shown.map((notice) => (
        <div key={notice.key} className="notice">
          <NoticeText text={notice.text} />
          {notice.kept && <Kept text={notice.kept} />}
          {notice.action && (
            <button
              type="button"
              onClick={() => {
                giveOn(notice.action?.record)
                notices.act(notice)
              }}
            >
              {notice.action.label}
            </button>
          )}
          <button type="button" className="dismiss" onClick={() => notices.remove(notice.key)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  )
}

/** Of more than fit the newest is in sight, until somebody scrolls back to older ones. */
function useNewestInSight(
  list: { readonly current: HTMLElement | null },
  shown: readonly ShownNotice[],
): () => void {
  const isAtEnd = useRef(true)
  const newest = shown.at(-1)?.key
  useEffect(() => {
    const { current: notices } = list
    if (newest !== undefined && notices && isAtEnd.current) notices.scrollTop = notices.scrollHeight
  }, [list, newest])
  return () => {
    const { scrollHeight = 0, clientHeight = 0, scrollTop = 0 } = list.current ?? {}
    // Heights are rounded, places are not.
    isAtEnd.current = scrollHeight - clientHeight - scrollTop < 2
  }
}

function NoticeText({ text }: { readonly text: ShownNotice['text'] }) {
  const said = typeof text === 'string' ? { current: text, subscribe: never } : text
  return <p>{useSyncExternalStore(said.subscribe, () => said.current)}</p>
}

function never() {
  return () => {}
}

/** What was written, with a bar of its own when it is long: what can be done about it stays in sight. */
function Kept({ text }: { readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer reads on with the arrow keys.
    <p className="kept" dir="auto" role="group" aria-label="What you wrote" tabIndex={0}>
      {text}
    </p>
  )
}

/**
 * A button that goes with its notice takes the focus along, and tells nobody. It is given on: after an action to the
 * record that it brought back, otherwise to another notice, or to where it was before it came to the notices.
 */
function useFocusGivenOn(
  list: { readonly current: HTMLElement | null },
  notices: Notices,
  shown: readonly ShownNotice[],
) {
  const before = useRef<Element>(null)
  const record = useRef<string>(undefined)
  const hadFocus = useRef(false)
  const hasFocus = () => list.current?.contains(document.activeElement) ?? false

  // Hears it while what goes is still on the page.
  useEffect(() => notices.subscribe(() => void (hadFocus.current ||= hasFocus())), [notices])
  useEffect(() => {
    if (hasFocus()) return
    notices.release('focus')
    const brought = record.current
    record.current = undefined
    if (!hadFocus.current) return
    hadFocus.current = false
    if (!isFocusLost()) return
    const next = [...(list.current?.querySelectorAll<HTMLElement>('.dismiss') ?? [])].at(-1)
    const place = next ?? (before.current?.isConnected ? (before.current as HTMLElement) : undefined)
    if (brought !== undefined) returnToRow(brought)
    else if (place) place.focus()
    else focusPage()
  }, [shown, notices])

  return {
    onFocus({ relatedTarget }: FocusEvent) {
      // From nowhere it comes when it is given on from a notice that went.
      if (relatedTarget && !list.current?.contains(relatedTarget)) before.current = relatedTarget
    },
    /** Says what the action that is about to run brings back. */
    giveOn(id: string | undefined) {
      record.current = id
    },
  }
}
