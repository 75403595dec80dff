/** Where a page without a position of its own says that its props were read. */
import { type Page, placeAt } from '../page.ts'

export interface CursorOptions {
  /**
   * The cursor that came with the shown value of a prop: that of `sync.position()`, asked for before the value was
   * read. With it nothing falls between loading and subscribing (R1), and what the page has loaded by itself, as after
   * a submission of its own, is not loaded once more (R2). @default unknown
   */
  readonly cursorOf?: (prop: string) => string | undefined
}

/** What such a page knows of a prop. */
export function placeOf(cursorOf: CursorOptions['cursorOf']): Pick<Page, 'placeOf'> {
  return {
    placeOf(prop) {
      const cursor = cursorOf?.(prop)
      return cursor === undefined ? undefined : placeAt(cursor)
    },
  }
}
