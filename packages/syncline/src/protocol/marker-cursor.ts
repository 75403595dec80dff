/**
 * Cursors of the refresh step: `<position>~<sealed>`.
 *
 * The position tells the order of page answers and markers, which sealed cursors hide (R2): µs of the database's clock
 * in base 36, read after the snapshot that the cursor stands for. A marker whose position is not beyond that of a page's
 * answer is contained in the answer. It reveals a time, and no activity; the server reads the sealed part only.
 */

const SEPARATOR = '~'

/** The position of a cursor; null for none, and for one that carries none, as those of rows do. */
export function positionOf(cursor = ''): number | null {
  const [, digits = ''] = /^([0-9a-z]+)~/.exec(cursor) ?? []
  const position = Number.parseInt(digits, 36)
  return Number.isSafeInteger(position) ? position : null
}

/** A cursor with its position. */
export function withPosition(position: number, sealed: string): string {
  return position.toString(36) + SEPARATOR + sealed
}

/** The sealed part of a cursor, with or without a position. */
export function sealedPart(cursor: string): string {
  return cursor.slice(cursor.indexOf(SEPARATOR) + 1)
}
