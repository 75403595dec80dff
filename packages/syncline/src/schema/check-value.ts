/** Compiles the check of one field: from any value to its canonical wire value, or why it cannot be stored. */
import { checkIdOfType, isUuid } from './check-id.ts'
import { checkJson } from './check-json.ts'
import { checkBigint, checkDecimal, checkFloat, checkInteger } from './check-number.ts'
import { checkText } from './check-text.ts'
import { checkDate, checkTimestamp } from './check-time.ts'
import { InvalidValue, invalid } from './invalid-value.ts'
import type { Field } from './model.ts'
import { quoteNames, suggestion } from './nearest-name.ts'

/** Returns the canonical wire value, or an `InvalidValue`. */
export type ValueCheck = (value: unknown) => unknown

export function compileCheck(field: Field): ValueCheck {
  const element = elementCheck(field)
  const whole = field.array ? listCheck(element) : element
  const judged = field.validator === undefined ? whole : validatedCheck(whole, field.validator)
  if (field.nullable) return (value) => (value === null ? null : judged(value))
  // json() holds any JSON, but a column that is not nullable keeps SQL null and JSON null apart badly.
  return (value) =>
    value === null ? invalid(null, 'Write a value: the field is not nullable.') : judged(value)
}

function elementCheck(field: Field): ValueCheck {
  if (field.kind === 'enum') return enumCheck(field.values ?? [])
  if (field.kind === 'reference') return (value) => checkIdOfType(field.idType ?? 'text', value)
  return CHECKS[field.kind]
}

const CHECKS: Readonly<Record<Exclude<Field['kind'], 'enum' | 'reference'>, ValueCheck>> = {
  text: checkText,
  integer: checkInteger,
  bigint: checkBigint,
  number: checkFloat,
  decimal: checkDecimal,
  boolean: (value) => (typeof value === 'boolean' ? value : invalid(value, 'Write true or false.')),
  timestamp: checkTimestamp,
  date: checkDate,
  json: checkJson,
  uuid: checkUuid,
  bytes: checkBytes,
}

function checkUuid(value: unknown): string | InvalidValue {
  const spelled = typeof value === 'string' ? value.toLowerCase() : value
  if (isUuid(spelled)) return spelled
  return invalid(value, 'Write a UUID.')
}

// Standard base64 with padding; the last character before the padding has no stray bits, so each value has one spelling.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/

function checkBytes(value: unknown): string | InvalidValue {
  if (typeof value === 'string' && BASE64.test(value)) return value
  return invalid(value, 'Write base64 with padding: "aGVsbG8=".')
}

function enumCheck(values: readonly string[]): ValueCheck {
  const allowed = new Set<unknown>(values)
  return (value) => {
    if (allowed.has(value)) return value
    const hint =
      typeof value === 'string'
        ? suggestion(value, values, 'The values are')
        : ` The values are: ${quoteNames(values)}.`
    return invalid(value, `It is not one of the field's values.${hint}`)
  }
}

function listCheck(element: ValueCheck): ValueCheck {
  return (value) => {
    if (!Array.isArray(value)) return invalid(value, 'Write a list.')
    const checked: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index]
      // A database's list may hold nulls: what came from there must be storable again.
      const result = item === null ? null : element(item)
      if (result instanceof InvalidValue)
        return new InvalidValue(`has an element ${index} that ${result.text}`)
      checked.push(result)
    }
    return checked
  }
}

function validatedCheck(check: ValueCheck, validator: NonNullable<Field['validator']>): ValueCheck {
  return (value) => {
    const checked = check(value)
    return checked instanceof InvalidValue ? checked : (judge(validator, checked) ?? checked)
  }
}

/** Asks the application's validator; whatever it does, including throwing, is an answer. */
function judge(validator: NonNullable<Field['validator']>, value: unknown): InvalidValue | undefined {
  try {
    const verdict = validator['~standard'].validate(value)
    if (verdict instanceof Promise) {
      verdict.catch(() => {})
      return new InvalidValue(
        'has an asynchronous validator. Use one that judges at once, and check the rest in an access rule.',
      )
    }
    const issue = verdict.issues?.[0]
    return issue === undefined ? undefined : new InvalidValue(`is refused by its validator: ${issue.message}`)
  } catch (error) {
    return new InvalidValue(`is refused by its validator, which threw: ${String(error)}`)
  }
}
