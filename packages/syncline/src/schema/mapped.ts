/** What is made of each value, under its name. */
export function mapped<From, To>(
  all: Readonly<Record<string, From>>,
  make: (one: From, name: string) => To,
): Record<string, To> {
  const made: Record<string, To> = Object.create(null)
  for (const name of Object.keys(all)) made[name] = make(all[name] as From, name)
  return made
}
