/**
 * What is wrong with a command line, before anything of it is done: citty passes over an option that it does not know,
 * and `migrate --dry-run` would migrate.
 */
import { parseArgs } from 'node:util'
import type { ArgsDef, CommandDef } from 'citty'
import { camelCase } from '../schema/camel-case.ts'
import { suggestion } from '../schema/nearest-name.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- as citty has it: a command of whatever arguments
type Command = CommandDef<any>
type Token = ReturnType<typeof tokensOf>[number]

/** Says what is wrong with `args` and how to mend it; undefined when nothing is, or when help is asked for. */
export function commandLineMistake(command: Command, args: readonly string[]): string | undefined {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return undefined
  return mistakeIn(command, args, 'syncline')
}

function mistakeIn(command: Command, args: readonly string[], path: string): string | undefined {
  const commands = command.subCommands as Readonly<Record<string, Command>> | undefined
  if (commands === undefined) return mistakeInOptions(command.args as ArgsDef, args, path)
  const [name, ...rest] = args
  // With no command at all citty shows which there are.
  if (name === undefined || (args.length === 1 && /^(-v|--version)$/.test(name))) return undefined
  const next = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (next !== undefined) return mistakeIn(next, rest, `${path} ${name}`)
  const hint = suggestion(name, Object.keys(commands), 'Commands are')
  return name.startsWith('-')
    ? `\`${path}\` has no option \`${name}\` before its command.${hint}`
    : `There is no command \`${path} ${name}\`.${hint}`
}

function mistakeInOptions(declared: ArgsDef, args: readonly string[], path: string): string | undefined {
  const tokens = tokensOf(declared, args)
  for (const token of tokens) {
    const mistake = token.kind === 'option' ? mistakeInOption(declared, token) : undefined
    if (mistake !== undefined) return `${mistake} All of them: npx ${path} --help`
  }
  const places = Object.values(declared).filter(({ type }) => type === 'positional').length
  const surplus = tokens.filter(({ kind }) => kind === 'positional')[places]
  if (surplus?.kind !== 'positional') return undefined
  return `\`${path}\` has no use for \`${surplus.value}\`: it takes ${places === 0 ? 'options only' : 'one name'}. See: npx ${path} --help`
}

function tokensOf(declared: ArgsDef, args: readonly string[]) {
  const options = Object.entries(declared).flatMap(([name, { type }]) => {
    const takes = { type: type === 'boolean' ? ('boolean' as const) : ('string' as const) }
    return type === 'positional' ? [] : spellings(name).map((spelling) => [spelling, takes] as const)
  })
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

/** `--add-columns` is how it is written; `--addColumns` is understood. */
const spellings = (name: string) => [...new Set([name, camelCase(name)])]

function mistakeInOption(
  declared: ArgsDef,
  { name, rawName, value, inlineValue }: Extract<Token, { kind: 'option' }>,
): string | undefined {
  const names = Object.keys(declared).filter((each) => declared[each]?.type !== 'positional')
  const typeOf = (wanted: string) =>
    declared[names.find((each) => spellings(each).includes(wanted)) ?? '']?.type
  const type = typeOf(name)
  if (type === 'boolean') {
    if (value === undefined || value === 'true' || value === 'false') return undefined
    return `Option \`${rawName}\` is \`true\` or \`false\`, not \`${value}\`.`
  }
  if (type !== undefined) {
    if (value !== undefined && (inlineValue || !value.startsWith('-'))) return undefined
    return `Option \`${rawName}\` needs a value: ${rawName}=…`
  }
  if (rawName.startsWith('--no-') && value === undefined && typeOf(name.slice(3)) === 'boolean')
    return undefined
  const hint = suggestion(name, names, 'Options are').replaceAll(/`([^`]+)`/g, '`--$1`')
  return `There is no option \`${rawName}\`.${hint}`
}
