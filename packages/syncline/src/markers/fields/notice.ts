/** The notice beside a field that says what somebody else wrote, and lets the user take it. */

/** What the notice says, for pages in other languages. */
export interface NoticeTexts {
  /** @default (theirs) => `Changed meanwhile to “${theirs}”.` */
  readonly changed?: (theirs: string) => string
  /** @default 'Use theirs' */
  readonly useTheirs?: string
  /** @default 'Keep mine' */
  readonly keepMine?: string
}

export interface NoticeActions {
  onTheirs(): void
  onMine(): void
}

export const CHANGED = (theirs: string): string => `Changed meanwhile to “${theirs}”.`
export const USE_THEIRS = 'Use theirs'
export const KEEP_MINE = 'Keep mine'

/** Puts the notice behind the field; screen readers say it when they have finished what they say. */
export function showNotice(
  field: Element,
  theirs: string,
  { onTheirs, onMine }: NoticeActions,
  { changed = CHANGED, useTheirs = USE_THEIRS, keepMine = KEEP_MINE }: NoticeTexts,
): HTMLElement {
  const notice = document.createElement('span')
  notice.className = 'syncline-notice'
  notice.setAttribute('role', 'status')
  field.after(notice)
  // After it is in the page: a status that appears with its text already in it is not always read.
  notice.append(`${changed(theirs)} `, button(useTheirs, onTheirs), ' ', button(keepMine, onMine))
  return notice
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.textContent = text
  element.addEventListener('click', onClick)
  return element
}
