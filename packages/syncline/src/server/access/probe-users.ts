/** Invented users for asking a rule what SQL it can return. */
import type { User } from '../../protocol/user.ts'

/** Mixtures of truthy and missing are tried for up to this many properties: 64 users. */
const MIXED_PROPERTIES = 6
const LITERALS = 40

/** Yields users on whose properties a rule may branch; `rule` is also read as text for words that it compares with. */
export function* probeUsers(rule: (user: never, record: never) => unknown): Generator<User> {
  const asked = new Set<string>()
  const values: unknown[] = [
    anything(),
    'probe',
    1,
    true,
    ['probe'],
    undefined,
    null,
    false,
    ...literalsIn(rule),
  ]
  for (const value of values) yield userWith(() => value, asked)
  const names = [...asked].slice(0, MIXED_PROPERTIES)
  for (const filled of [anything(), 'probe']) {
    for (let mask = 0; mask < 2 ** names.length; mask++) {
      yield userWith((name) => (mask & (1 << names.indexOf(name)) ? filled : undefined), asked)
    }
  }
}

/** Always has an id, as every user does; other properties are answered by `valueOf` and noted. */
function userWith(valueOf: (name: string) => unknown, asked: Set<string>): User {
  return new Proxy({ id: 'probe' } as User, {
    get(target, name) {
      if (name === 'id' || typeof name === 'symbol') return target.id
      asked.add(name)
      return valueOf(name)
    },
    has: () => true,
  })
}

/** A value on which any property, call and comparison succeeds, and which is truthy. */
function anything(): unknown {
  const value: unknown = new Proxy(() => value, {
    get: (_, name) => {
      if (name === Symbol.toPrimitive) return () => '1'
      if (name === Symbol.iterator) return [][Symbol.iterator].bind(['probe'])
      return name === 'then' ? undefined : value
    },
    apply: () => value,
    has: () => true,
  })
  return value
}

function literalsIn(rule: unknown): unknown[] {
  const found = [...String(rule).matchAll(/'([^'\\\n]{1,60})'|"([^"\\\n]{1,60})"|\b(\d{1,9})\b/g)]
  return [
    ...new Set(
      found.map(([, single, double, digits]) => (digits === undefined ? (single ?? double) : Number(digits))),
    ),
  ].slice(0, LITERALS)
}
