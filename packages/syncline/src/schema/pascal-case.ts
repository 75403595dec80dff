/** Turns a camelCase model name into the form used in channels: `accountUser` → `AccountUser`. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
