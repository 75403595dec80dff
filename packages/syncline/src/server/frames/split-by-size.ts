/** Cuts a list of texts into runs of about `size` characters; at least one run. */
export function splitBySize(texts: readonly string[], size: number): string[][] {
  const parts: string[][] = [[]]
  let length = 0
  for (const text of texts) {
    if (length > 0 && length + text.length > size) {
      parts.push([])
      length = 0
    }
    parts.at(-1)?.push(text)
    length += text.length
  }
  return parts
}
