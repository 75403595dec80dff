/** Columns that stay in the database: what no field can hold, what triggers cannot see, and what is secret. */
import type { CatalogColumn } from './catalog.ts'
import { snakeWords } from './code-name.ts'
import { kindOf } from './field-kind.ts'

const SECRETS =
  /(^|_)(password|passwd|passphrase|pwd|secret|salt|api_?key|private_key|otp|totp|cvv|ssn)(_|$)|(^|_)tokens?$|^encrypted_|password|_digest$/

/** Why a column becomes no field; undefined when it does. */
export function whyNoField(column: CatalogColumn): string | undefined {
  const reason = reasonOf(column)
  if (reason === undefined || !column.isNotNull || column.default !== null || column.isIdentity) return reason
  if (column.generated !== null) return reason
  return `${reason} It may not be null and has no default, so devices create records only if a trigger fills it.`
}

function reasonOf(column: CatalogColumn): string | undefined {
  if (!/^[^\p{Cc}"]+$/u.test(column.name)) return 'its name has a quote or a control character.'
  if (column.generated === 'virtual') return 'a virtual generated column, which triggers cannot see.'
  if (SECRETS.test(snakeWords(column.name))) return 'by its name a secret, which no device should have.'
  if (column.isEnum && kindOf(column) === undefined)
    return `no kind of field holds an empty label of ${column.shown}.`
  if (kindOf(column) === undefined) return `no kind of field holds ${column.shown}.`
  return undefined
}
