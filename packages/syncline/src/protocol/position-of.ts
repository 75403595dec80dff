/**
 * The position in a cursor of the marker side: `<position>~<sealed>`, microseconds of the database's clock in base 36.
 * Null for a cursor without one, and for none: they
 * cannot be compared.
 */
export function positionOf(cursor: string | undefined): number | null {
  const text = /^([0-9a-z]{1,11})~/.exec(cursor ?? '')?.[1]
  return text === undefined ? null : Number.parseInt(text, 36)
}
