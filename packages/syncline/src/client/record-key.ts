/** A record's name in maps that hold records of several models. */
export function recordKey(model: string, id: string): string {
  return `${model} ${id}`
}
