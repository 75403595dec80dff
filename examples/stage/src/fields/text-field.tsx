/** Text edited in place: it looks like text and becomes a field when it has the focus. */
import {
  type KeyboardEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Range } from '../../schema/ranges.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import { useOnlyHere } from '../sync/only-here.ts'
import { RefusalNote } from './refusal-note.tsx'
import { useCaret } from './use-caret.ts'
import { TextDraft, type TextDraftOptions } from './text-draft.ts'
import { useChangesOfOthers, useMark } from './use-mark.ts'
import { whyNoText } from './text-length.ts'
import { whenPageHides } from './when-page-hides.ts'
import { wholeNumber } from './whole-number.ts'

export interface TextFieldProps extends TextDraftOptions {
  /** What it is to those who do not see where it stands: "Note of Camera 1". */
  readonly label: string
  readonly value: string
  readonly className?: string
  readonly placeholder?: string
}

export function TextField(props: TextFieldProps) {
  return useMayEdit() ? <EditedText {...props} /> : <ShownText {...props} />
}

function EditedText({ label, value, className = '', placeholder, ...given }: TextFieldProps) {
  const options = withinLength(given)
  const [draft] = useState(() => new TextDraft(value, options))
  const { text, refusal, changesOfOthers } = useSyncExternalStore(draft.subscribe, () => draft.current)
  const isMarked = useMark(changesOfOthers)
  const input = useRef<HTMLTextAreaElement & HTMLInputElement>(null)
  const noteId = useId()
  const isRefused = refusal !== undefined
  const Input = options.range ? 'input' : 'textarea'

  useCaret(input, draft, text)
  useOnlyHere(draft.isOnlyHere)
  useLayoutEffect(() => {
    draft.follow(options)
    draft.onStored(value)
  })
  useEffect(() => {
    draft.enterPage()
    return () => draft.leavePage()
  }, [draft])

  const isUnsaved = text !== value
  useEffect(() => (isUnsaved ? whenPageHides(() => draft.hide()) : undefined), [draft, isUnsaved])

  return (
    <div className="field-whole">
      <div
        className={`field ${className}${isMarked ? ' is-changed' : ''}`}
        // Repeats the text invisibly, so that the field is as high as its text in every browser.
        data-text={`${text || (placeholder ?? '')} `}
      >
        <Input
          ref={input}
          {...(options.range ? asNumber(options.range, text) : { rows: 1 })}
          value={text}
          placeholder={placeholder}
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          aria-label={label}
          aria-invalid={isRefused || undefined}
          aria-describedby={isRefused ? noteId : undefined}
          onFocus={(event) => {
            draft.focus()
            // A number is chosen whole, as browsers do, for it is mostly written anew.
            if (!options.range) goToEnd(event.target)
          }}
          onBlur={() => draft.leave()}
          onChange={(event) => draft.type(event.target.value.replaceAll(/\s*\n\s*/g, ' '))}
          onKeyDown={(event) => onKey(event, draft)}
        />
      </div>
      <RefusalNote
        id={noteId}
        reason={refusal}
        onRetry={() => {
          input.current?.focus()
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

/** A text that is too long, or no name at all, is refused here: with the reason, and without a network too. */
function withinLength(options: TextDraftOptions): TextDraftOptions {
  return {
    ...options,
    save: async (text) => whyNoText(text, options.isRequired) ?? options.save(text),
  }
}

/** For who may not write: the text. */
function ShownText({ value, className = '' }: TextFieldProps) {
  const isMarked = useMark(useChangesOfOthers(value, () => false))
  return (
    <div className="field-whole">
      <div className={`field is-shown ${className}${isMarked ? ' is-changed' : ''}`}>
        <span dir="auto">{value}</span>
      </div>
    </div>
  )
}

/** Typed as text, so that what is refused stays to be read; stepped and told as a number. */
function asNumber({ from, to }: Range, text: string) {
  return {
    type: 'text',
    inputMode: 'numeric',
    role: 'spinbutton',
    'aria-valuemin': from,
    'aria-valuemax': to,
    'aria-valuenow': wholeNumber(text),
  } as const
}

function onKey(event: KeyboardEvent, draft: TextDraft): void {
  // A key that belongs to an input method, or to the row, is not ours.
  if (event.nativeEvent.isComposing || event.altKey) return
  if (event.key === 'Enter') {
    event.preventDefault()
    draft.saveChanged()
  }
  if (event.key === 'Escape') draft.restore()
  if (event.key === 'ArrowUp' && draft.step(1)) event.preventDefault()
  if (event.key === 'ArrowDown' && draft.step(-1)) event.preventDefault()
}

/** Who comes with the keyboard goes on writing; a pointer places the cursor itself, after this. */
function goToEnd(input: HTMLTextAreaElement | HTMLInputElement): void {
  const { length } = input.value
  if (input.selectionEnd === 0) input.setSelectionRange(length, length)
}
