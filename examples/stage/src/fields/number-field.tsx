/** A whole number edited in place: typed, or stepped with the arrow keys. */
import type { Range } from '../../schema/ranges.ts'
import type { Outcome, Refused } from '../sync/refusals.ts'
import { TextField } from './text-field.tsx'
import { isWithin, notInRange, wholeNumber } from './whole-number.ts'

interface NumberFieldProps {
  /** What it is called: "Zoom". */
  readonly word: string
  /** What it is to those who do not see where it stands: "Zoom of Camera 1". */
  readonly label: string
  readonly value: number
  readonly range: Range
  save(value: number): Outcome
  /** Adds to the number instead of setting it, so that two people who step at once both count. */
  add?(by: number): Outcome
  orphan(text: string, refused: Refused): void
}

export function NumberField({ word, label, value, range, save, add, orphan }: NumberFieldProps) {
  return (
    <TextField
      label={label}
      value={String(value)}
      className="is-number"
      range={range}
      save={async (text) => {
        const written = wholeNumber(text)
        const isFit = written !== undefined && isWithin(written, range)
        return isFit ? save(written) : notInRange(word, text, range)
      }}
      step={(by, next) => (add ? add(by) : save(next))}
      orphan={orphan}
    />
  )
}
