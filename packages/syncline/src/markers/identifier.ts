/** Identifiers as pages write them: `Account:PNvAYr`, `Account:all`, `Account:PNvAYr/account_users`. */

/** An id, or nothing while the page does not know what it shows. */
export type MaybeId = string | number | null | undefined

/**
 * Writes an identifier; null when the model or the id is missing, so that it can be used as a key of `useSync` as it
 * is: such keys are skipped. The id 0 is one that a table may have: `Account:0`.
 */
export function buildIdentifier(
  model: string | null | undefined,
  id: MaybeId,
  collection?: string | null,
): string | null {
  if (!model || id === null || id === undefined || id === '') return null
  return `${model}:${encodeURIComponent(id)}${collection ? `/${collection}` : ''}`
}

/** Whether an identifier names something: its id is not exactly `null` or `undefined`. */
export function isIdentifier(identifier: string | null | undefined): identifier is string {
  return !!identifier && !/^([^:]*:)?(null|undefined)?(\/.*)?$/.test(identifier)
}
