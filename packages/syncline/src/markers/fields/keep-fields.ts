import type { Page } from '../page.ts'
import { keepField, type TextField } from './keep-field.ts'
import type { NoticeTexts } from './notice.ts'
import { tellFields } from './refreshes.ts'

export interface KeepFieldsOptions {
  readonly texts?: NoticeTexts
}

/**
 * Wraps a page adapter, so that its reloads leave alone what the user is typing (R4): in fields with `keepField`, and
 * in all fields of forms with the attribute `data-sync-keep`. A field may say where the page has its value:
 * `<input data-sync-prop="account.name">`.
 */
export function keepFields(page: Page, { texts }: KeepFieldsOptions = {}): Page {
  if (typeof document !== 'undefined') {
    // On focus, so that the field is known before its first letter.
    document.addEventListener('focusin', ({ target }) => keepMarked(target, texts), true)
  }
  return tellFields(page)
}

function keepMarked(target: EventTarget | null, texts: NoticeTexts | undefined): void {
  const isKept = target instanceof Element && target.matches('[data-sync-keep] :is(input, textarea, select)')
  if (!isKept) return
  const prop = target.getAttribute('data-sync-prop') ?? undefined
  keepField(target as TextField, { prop, texts })
}
