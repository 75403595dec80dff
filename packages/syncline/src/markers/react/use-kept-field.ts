import { useReducer } from 'react'
import { cleanField, keepMine, type KeptField, refreshed, takeTheirs, typed } from '../fields/kept-field.ts'

export interface KeptInput {
  /** For the input: what the user typed, or else the page's value. */
  readonly value: string
  readonly onChange: (event: { readonly target: { readonly value: string } }) => void
}

export interface KeptFieldState {
  /** For the input: `<input {...name.input} />`. */
  readonly input: KeptInput
  readonly isDirty: boolean
  /** What somebody else made of the value while the user was typing. */
  readonly theirs: string | undefined
  readonly takeTheirs: () => void
  readonly keepMine: () => void
  /** The text was sent, or is given up: the field follows the page again. */
  readonly follow: () => void
}

type Step = (field: KeptField) => KeptField

/**
 * Holds a controlled input that a refresh does not take out of the user's hands (R4): it follows `value`, which the
 * page's loader brings, until the user types; then the text stays, and what comes meanwhile is offered as `theirs`.
 */
export function useKeptField(value: string): KeptFieldState {
  const [field, change] = useReducer((before: KeptField, step: Step) => step(before), value, cleanField)
  const current = refreshed(field, value)
  // While rendering, as React has it for state that follows a prop: no frame shows the old value.
  if (current !== field) change(() => current)
  return {
    input: { value: current.text, onChange: ({ target }) => change((before) => typed(before, target.value)) },
    isDirty: current.isDirty,
    theirs: current.theirs,
    takeTheirs: () => change(takeTheirs),
    keepMine: () => change(keepMine),
    follow: () => change(() => cleanField(value)),
  }
}
