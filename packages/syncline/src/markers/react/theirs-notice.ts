import { createElement, type ReactElement } from 'react'
import { CHANGED, KEEP_MINE, type NoticeTexts, USE_THEIRS } from '../fields/notice.ts'
import type { KeptFieldState } from './use-kept-field.ts'

export interface TheirsNoticeProps {
  readonly field: KeptFieldState
  readonly texts?: NoticeTexts
}

/** Offers what somebody else made of a field's value; empty while there is nothing to offer. */
export function TheirsNotice({ field, texts = {} }: TheirsNoticeProps): ReactElement {
  const { theirs } = field
  const { changed = CHANGED, useTheirs = USE_THEIRS, keepMine = KEEP_MINE } = texts
  const button = (text: string, onClick: () => void) =>
    createElement('button', { type: 'button', onClick }, text)
  return createElement(
    'span',
    { role: 'status', className: 'syncline-notice' },
    ...(theirs === undefined
      ? []
      : [`${changed(theirs)} `, button(useTheirs, field.takeTheirs), ' ', button(keepMine, field.keepMine)]),
  )
}
