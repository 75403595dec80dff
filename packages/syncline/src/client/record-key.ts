/** A record's name in maps that hold records of several models; a model's has no space, so the first one parts them. */
export function recordKey(model: string, id: string): string {
  return `${model} ${id}`
}
