/**
 * Looks at a frame's text before it is parsed: one pass, no recursion, no allocation.
 *
 * `keys` counts the members of all objects as they are written; `JSON.parse` keeps only the last of repeated ones,
 * so a frame repeats a key exactly when the parsed value has fewer. For text that is not JSON the numbers mean nothing.
 */
export interface FrameScan {
  /** Deepest nesting; `{}` has 1. */
  readonly depth: number
  readonly keys: number
}

export const QUOTE = 34
export const COMMA = 44
export const COLON = 58
export const OPEN_LIST = 91
export const CLOSE_LIST = 93
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125
const BACKSLASH = 92

export function scanFrame(text: string): FrameScan {
  let depth = 0
  let deepest = 0
  let keys = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index)
        break
      case COLON:
        keys++
        break
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (++depth > deepest) deepest = depth
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        depth--
    }
  }
  return { depth: deepest, keys }
}

/** Index of the quote that ends the string which begins at `start`; the text's length when none does. */
export function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === QUOTE) return index
    if (unit === BACKSLASH) index++
  }
  return text.length
}
