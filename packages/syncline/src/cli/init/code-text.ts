/** Pieces of TypeScript: texts, property names, comments that no name of a database can end early. */

const WIDTH = 110

/** A string literal with single quotes. */
export function text(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** Any JSON value as code. */
export function codeValue(value: unknown): string {
  return typeof value === 'string' ? text(value) : JSON.stringify(value)
}

/** Paragraphs as comment lines that begin with `prefix`, broken at spaces. */
export function comment(paragraphs: readonly string[], prefix: string, width = WIDTH): string[] {
  return paragraphs.flatMap((paragraph) =>
    broken(harmless(paragraph), width - prefix.length - 1, paragraph.startsWith('- ') ? '  ' : '').map(
      (line) => `${prefix} ${line}`.trimEnd(),
    ),
  )
}

function harmless(paragraph: string): string {
  return paragraph.replaceAll('*/', '* /').replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
}

function broken(paragraph: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
