/** Whether two users are one and the same to every rule, so that one object may stand for both. */
import type { User } from '../../protocol/user.ts'

/** True when both say the same in plain values; of others it is not known what they hold. */
export function areAlike(a: User, b: User): boolean {
  const names = Reflect.ownKeys(a) as string[]
  if (!isRecord(a) || !isRecord(b) || names.length !== Reflect.ownKeys(b).length) return false
  return names.every((name) => isPlain(a[name]) && a[name] === b[name])
}

function isRecord(user: User): boolean {
  return Object.getPrototypeOf(user) === Object.prototype
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
}
