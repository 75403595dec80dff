/** Looks into JSON text without parsing it, so that what is not looked for keeps every digit it has. */
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  endOfString,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from '../../protocol/scan-frame.ts'

/** Changes the values of some members of an object; `change` is given each value's JSON text. */
export function mapMembers(
  text: string,
  names: ReadonlySet<string>,
  change: (json: string, name: string) => string,
): string {
  const parts = partsOf(text.slice(text.indexOf('{') + 1, text.lastIndexOf('}')))
  const members = parts.map((part) => {
    const start = part.indexOf('"')
    const end = endOfString(part, start)
    const name = start === -1 ? '' : (JSON.parse(part.slice(start, end + 1)) as string)
    if (!names.has(name)) return part
    const colon = part.indexOf(':', end)
    return `${part.slice(0, colon + 1)}${change(part.slice(colon + 1).trim(), name)}`
  })
  return `{${members.join(',')}}`
}

/** Changes elements of the lists in `[…],[…]`; `changes` holds what is done with each place, nothing for most. */
export function mapElements(
  text: string,
  changes: readonly (((json: string) => string) | undefined)[],
): string {
  const lists = partsOf(text).map((list) => {
    const elements = partsOf(list.slice(list.indexOf('[') + 1, list.lastIndexOf(']')))
    return `[${elements.map((json, place) => changes[place]?.(json.trim()) ?? json).join(',')}]`
  })
  return lists.join(',')
}

/** The texts between the outermost commas; none of an empty text. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index)
        break
      case OPEN_OBJECT:
      case OPEN_LIST:
        depth++
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        depth--
        break
      case COMMA:
        if (depth > 0) break
        parts.push(text.slice(start, index))
        start = index + 1
    }
  }
  const last = text.slice(start)
  return parts.length === 0 && last.trim() === '' ? [] : [...parts, last]
}
