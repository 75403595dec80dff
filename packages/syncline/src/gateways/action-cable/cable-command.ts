/** Reads what a client sends: a command, and with `message` the action that its channel is to perform. */
import * as v from 'valibot'

const command = v.variant('command', [
  v.object({ command: v.literal('subscribe'), identifier: v.string() }),
  v.object({ command: v.literal('unsubscribe'), identifier: v.string() }),
  v.object({ command: v.literal('message'), identifier: v.string(), data: v.string() }),
])

const performed = v.object({
  action: v.string(),
  identifier: v.optional(v.string()),
  /** With `subscribe_to`: where the page was read. */
  cursor: v.optional(v.string()),
})

export type CableCommand = v.InferOutput<typeof command>
export type Performed = v.InferOutput<typeof performed>

/** The command, or what is wrong with it: fact, value, remedy. */
export function parseCommand(text: string): CableCommand | { readonly fault: string } {
  const content = jsonOf(text)
  if (content === undefined) {
    return { fault: `The message is not JSON: ${shown(text)}. Send one JSON object in a text frame.` }
  }
  const parsed = v.safeParse(command, content)
  return parsed.success ? parsed.output : { fault: faultOf(content) }
}

/** The action of a `message` command, whose data is JSON within JSON; or what is wrong with it. */
export function parsePerformed(data: string): Performed | { readonly fault: string } {
  const parsed = v.safeParse(performed, jsonOf(data))
  if (parsed.success) return parsed.output
  return {
    fault: `The data of the message is ${shown(data)}. Send an object with \`action\` and \`identifier\` as JSON text, as perform('subscribe_to', { identifier }) does.`,
  }
}

function faultOf(content: unknown): string {
  const { command: name } = (typeof content === 'object' && content !== null ? content : {}) as {
    readonly command?: unknown
  }
  if (name === 'subscribe' || name === 'unsubscribe' || name === 'message') {
    const needs = name === 'message' ? '`identifier` and `data` as texts' : '`identifier` as a text'
    return `The command \`${name}\` lacks ${needs}. Send both as JSON text, as @rails/actioncable does.`
  }
  const value = name === undefined ? 'none' : shown(JSON.stringify(name))
  return `The command is ${value}. Commands are \`subscribe\`, \`unsubscribe\` and \`message\`.`
}

/** A beginning is enough to find the mistake; a stranger's text is not sent back whole. */
function shown(text: string): string {
  const beginning = text.slice(0, 60)
  return `\`${beginning}${beginning.length < text.length ? '…' : ''}\``
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
