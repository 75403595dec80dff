import { camelCase } from './camel-case.ts'

/** Says what is wrong with the name of a model, field or relation; undefined when it is good camelCase. */
export function nameMistake(name: string): string | undefined {
  if (name in Object.prototype)
    return 'has a name that every JavaScript object uses for itself. Choose another.'
  if (/^[a-z][A-Za-z0-9]*$/.test(name)) return undefined
  const better = camelCase(name)
  const remedy = /^[a-z][A-Za-z0-9]*$/.test(better)
    ? `Write \`${better}\`: the database has it in snake_case.`
    : 'Use letters and digits, beginning with a small letter.'
  return `is not in camelCase. ${remedy}`
}

/** Whether PostgreSQL can have a table or column of this name: 1 to 63 bytes, no control characters. */
export function isIdentifier(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !/[\p{Cc}"]/u.test(name) && byteLength(name) <= 63
}

const byteLength = (text: string) => new TextEncoder().encode(text).length
