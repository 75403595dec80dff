import { snakeCase } from './snake-case.ts'

/** Turns a camelCase or snake_case name into the form used in paths and event names: `accountUser` → `account-user`. */
export function kebabCase(name: string): string {
  return snakeCase(name).replaceAll('_', '-')
}

/** A name in kebab-case, as a type. */
export type KebabCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${Lowercase<First>}${Rest extends Uncapitalize<Rest> ? '' : '-'}${KebabCase<Rest>}`
  : Name
