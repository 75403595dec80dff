/**
 * A field that somebody may be typing in while its value is refreshed, as data.
 *
 *   R4 gentle   what the user has typed stays; what came meanwhile is offered
 */
export interface KeptField {
  /** What the field shows. */
  readonly text: string
  /** The refreshed value that the user began from, or decided against. */
  readonly base: string
  /** Whether the user has changed it. */
  readonly isDirty: boolean
  /** What somebody else made of it meanwhile. */
  readonly theirs?: string
  /** The text that was sent and is not answered yet. */
  readonly sent?: string
}

export function cleanField(value: string): KeptField {
  return { text: value, base: value, isDirty: false }
}

/** The user typed. */
export function typed(field: KeptField, text: string): KeptField {
  return { ...field, text, isDirty: true }
}

/** A refresh brought a value: shown in a field that is not being edited, offered in one that is. */
export function refreshed(field: KeptField, value: string): KeptField {
  if (!field.isDirty || value === field.text) return isClean(field, value) ? field : cleanField(value)
  if (value === field.base) return field.theirs === undefined ? field : { ...field, theirs: undefined }
  return field.theirs === value ? field : { ...field, theirs: value }
}

/** The form was sent: the text is the user's until the server has taken it. */
export function sent(field: KeptField): KeptField {
  return field.isDirty ? { ...field, sent: field.text } : field
}

/**
 * The form was answered: what the page holds now is what the server made of the text, unless it refused it, or shows
 * what was there before. What the user typed since stays theirs.
 */
export function answered(field: KeptField, value: string, isRefused: boolean): KeptField {
  const { sent: text, ...asked } = field
  if (text === undefined) return field
  if (isRefused || value === field.base) return asked
  return field.text === text ? cleanField(value) : { ...asked, base: value, theirs: undefined }
}

/** The user takes what the other wrote. */
export function takeTheirs(field: KeptField): KeptField {
  return cleanField(field.theirs ?? field.text)
}

/** The user stays with their own. */
export function keepMine({ text, base, theirs = base }: KeptField): KeptField {
  return { text, base: theirs, isDirty: true }
}

function isClean({ text, base, isDirty, theirs }: KeptField, value: string): boolean {
  return !isDirty && text === value && base === value && theirs === undefined
}
