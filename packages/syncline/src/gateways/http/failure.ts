/** What is logged about a failure: its kind and where it happened, not its text, which may hold what somebody sent. */

export interface Failure {
  /** `DatabaseError 42P01`, `TypeError`. */
  readonly error: string
  /** The innermost place in the code. */
  readonly at?: string
}

/** Describes anything that was thrown. */
export function describeFailure(error: unknown): Failure {
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown }
  const kind = [name, code]
    .filter((part) => typeof part === 'string' && /^[\w.-]{1,60}$/.test(part))
    .join(' ')
  return { error: kind || typeof error, at: error instanceof Error ? placeOf(error) : undefined }
}

/** The stack begins with the text, which may span lines and look like a place itself. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const places = stack.slice(stack.indexOf(message) + message.length)
  return /^ {4}at (?:.*[( ])?((?:file:|node:|\/)[^\s()]+)\)?$/m.exec(places)?.[1]
}
