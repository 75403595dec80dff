/** Keeps the cursor of a field where it is in the text when the text becomes another under it. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { placeAfter } from './caret.ts'
import type { TextDraft } from './text-draft.ts'

/** `text` is what the field shows. */
export function useCaret(
  input: RefObject<HTMLTextAreaElement | HTMLInputElement | null>,
  draft: TextDraft,
  text: string,
): void {
  const before = useRef<{ readonly text: string; readonly start: number; readonly end: number }>(undefined)
  // The draft tells of another text before the page shows it. What is typed is in the field by then.
  useEffect(
    () =>
      draft.subscribe(() => {
        const field = input.current
        const isUnder = field && document.activeElement === field && field.value !== draft.current.text
        before.current = isUnder
          ? { text: field.value, start: field.selectionStart ?? 0, end: field.selectionEnd ?? 0 }
          : undefined
      }),
    [draft, input],
  )
  useLayoutEffect(() => {
    const was = before.current
    before.current = undefined
    if (!was || document.activeElement !== input.current) return
    input.current?.setSelectionRange(
      placeAfter(was.text, text, was.start),
      placeAfter(was.text, text, was.end),
    )
  }, [input, text])
}
