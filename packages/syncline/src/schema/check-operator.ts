/** Checks of `{"$inc": 2}` and `{"$add": […], "$remove": […]}`, where a field's policy allows them. */
import type { ValueCheck } from './check-value.ts'
import { InvalidValue } from './invalid-value.ts'
import { isRecord } from './is-record.ts'
import type { Field } from './model.ts'

/** Extends a field's check by the operators of its policy; `operand` judges what an operator adds or removes. */
export function operatorCheck(field: Field, check: ValueCheck, operand: ValueCheck): ValueCheck {
  if (field.onConflict === 'counter')
    return (value) => (isRecord(value) ? checkIncrement(value, elementOf(field, operand)) : check(value))
  if (field.onConflict === 'set')
    return (value) => (isRecord(value) ? checkSetChange(value, elementOf(field, operand)) : check(value))
  if (field.kind === 'json' && !field.array) return check
  return (value) => (isRecord(value) ? refuse(field, value) : check(value))
}

type Operator = Readonly<Record<string, unknown>>

// Null is a value of the field, never of an operator.
const elementOf = (field: Field, check: ValueCheck): ValueCheck =>
  field.nullable
    ? (value) => (value === null ? new InvalidValue('is null. Write a value.') : check(value))
    : check

function checkIncrement(operator: Operator, check: ValueCheck): unknown {
  const keys = Object.keys(operator)
  if (keys.length !== 1 || keys[0] !== '$inc') return wrongKeys(keys, '{ "$inc": 2 }')
  const amount = check(operator['$inc'])
  if (amount instanceof InvalidValue) return new InvalidValue(`has a $inc that ${amount.text}`)
  if (typeof amount === 'string' && !/\d/.test(amount))
    return new InvalidValue(`has a $inc that is ${amount}. Write a finite number.`)
  return { $inc: amount }
}

function checkSetChange(operator: Operator, check: ValueCheck): unknown {
  const keys = Object.keys(operator)
  if (keys.length === 0 || keys.some((key) => key !== '$add' && key !== '$remove')) {
    return wrongKeys(keys, '{ "$add": ["a"], "$remove": ["b"] }')
  }
  const change: Record<string, unknown> = {}
  for (const key of keys) {
    const elements = check(operator[key])
    if (elements instanceof InvalidValue) return new InvalidValue(`has a ${key} that ${elements.text}`)
    change[key] = elements
  }
  return change
}

function wrongKeys(keys: readonly string[], example: string): InvalidValue {
  const shown = keys.length === 0 ? 'an empty object' : 'an object with other keys'
  return new InvalidValue(`is ${shown}. Write a value, or ${example}.`)
}

function refuse(field: Field, operator: Operator): InvalidValue {
  const key = Object.keys(operator)[0]
  if (key === '$inc' || key === '$add' || key === '$remove') {
    const policy = key === '$inc' ? 'counter' : 'set'
    return new InvalidValue(
      `has the operator ${key}, which its policy \`${field.onConflict}\` does not allow. Write a value, or declare .onConflict('${policy}').`,
    )
  }
  return new InvalidValue('is an object. Write a value of its kind.')
}
