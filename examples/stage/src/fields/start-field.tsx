/** Day and time of a production, in the reader's own time zone. */
import { useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { formatStart } from '../format.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import { useOnlyHere } from '../sync/only-here.ts'
import type { Outcome, Refused } from '../sync/refusals.ts'
import { EARLIEST, isoOf, LATEST, localOf, UNFINISHED, whyNoMoment } from './moment.ts'
import { RefusalNote } from './refusal-note.tsx'
import { TextDraft, type TextDraftOptions } from './text-draft.ts'
import { useMark } from './use-mark.ts'
import { whenPageHides } from './when-page-hides.ts'

interface StartFieldProps {
  /** ISO text, or null without a date. */
  readonly value: string | null
  save(value: string | null): Outcome
  orphan(text: string, refused: Refused): void
}

export function StartField(props: StartFieldProps) {
  return useMayEdit() ? (
    <EditedStart {...props} />
  ) : (
    <p className="field is-shown">
      <span>{formatStart(props.value)}</span>
    </p>
  )
}

function EditedStart({ value, ...writer }: StartFieldProps) {
  const stored = localOf(value)
  const [draft] = useState(() => new TextDraft(stored, optionsOf(writer)))
  const { text, refusal, changesOfOthers } = useSyncExternalStore(draft.subscribe, () => draft.current)
  const isMarked = useMark(changesOfOthers)
  const input = useRef<HTMLInputElement>(null)
  const noteId = useId()
  const shown = text === UNFINISHED ? '' : text

  useOnlyHere(draft.isOnlyHere && text !== UNFINISHED)
  useLayoutEffect(() => {
    draft.follow(optionsOf(writer))
    draft.onStored(stored)
  })
  // For React an unfinished moment is an empty field already, so that it would leave its parts there.
  useLayoutEffect(() => {
    if (text !== UNFINISHED && input.current?.validity.badInput) input.current.value = text
  }, [text])
  useEffect(() => {
    draft.enterPage()
    return () => draft.leavePage()
  }, [draft])

  const isUnsaved = text !== stored && text !== UNFINISHED
  useEffect(() => (isUnsaved ? whenPageHides(() => draft.hide()) : undefined), [draft, isUnsaved])

  /** Takes what is in the field: of one that only got parts no browser tells that it has changed. */
  const read = () => {
    const field = input.current
    if (!field) return
    const now = field.validity.badInput ? UNFINISHED : field.value
    if (now !== draft.current.text) draft.type(now)
  }
  return (
    <div className="field-whole">
      <div className={`field is-moment${text === '' ? ' is-empty' : ''}${isMarked ? ' is-changed' : ''}`}>
        <input
          ref={input}
          type="datetime-local"
          aria-label="Starts"
          aria-invalid={refusal !== undefined || undefined}
          aria-describedby={refusal === undefined ? undefined : noteId}
          min={EARLIEST}
          max={LATEST}
          value={shown}
          onFocus={() => draft.focus()}
          onChange={read}
          onKeyUp={read}
          onBlur={() => {
            read()
            draft.leave()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              read()
              draft.saveChanged()
            }
            if (event.key === 'Escape') draft.restore()
          }}
        />
      </div>
      <RefusalNote
        id={noteId}
        reason={refusal}
        what="date"
        onRetry={() => {
          input.current?.focus()
          read()
          draft.save()
        }}
        onDiscard={() => {
          draft.discard()
          input.current?.focus()
        }}
      />
    </div>
  )
}

function optionsOf({ save, orphan }: Pick<StartFieldProps, 'save' | 'orphan'>): TextDraftOptions {
  return {
    isSavedWhole: true,
    save: async (text) => whyNoMoment(text) ?? save(isoOf(text)),
    orphan(text, refused) {
      // What is unfinished cannot be read, and so not kept.
      if (text !== UNFINISHED) orphan(text.replace('T', ' '), refused)
    },
  }
}
