/** Says below a field why its value was not saved, and what can be done about it. */

interface RefusalNoteProps {
  /** For `aria-describedby` of the field. */
  readonly id: string
  /** Nothing is shown without one. */
  readonly reason: string | undefined
  /** What the field holds. @default 'text' */
  readonly what?: string
  onRetry(): void
  onDiscard(): void
}

export function RefusalNote({ id, reason, what = 'text', onRetry, onDiscard }: RefusalNoteProps) {
  if (reason === undefined) return null
  return (
    <div className="refusal" role="alert">
      <span id={id}>Not saved. {reason}</span>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
      <button type="button" onClick={onDiscard}>
        Use the saved {what}
      </button>
    </div>
  )
}
