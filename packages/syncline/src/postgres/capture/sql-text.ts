/** Small pieces of the generated SQL. */

type Piece = string | false | undefined

/** Condition: the transaction keeps one snapshot, as REPEATABLE READ and SERIALIZABLE do. */
export const KEEPS_ITS_SNAPSHOT =
  "(pg_catalog.current_setting('transaction_isolation') operator(pg_catalog.~) '^read ') is not true"

/** A quoted string. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Indents every line but empty ones. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}

/** Joins pieces of code with line breaks; missing ones are left out. */
export function lines(...pieces: readonly Piece[]): string {
  return pieces.filter((piece) => piece !== '' && piece !== false && piece !== undefined).join('\n')
}

/** A block that runs when a condition holds. */
export function when(condition: string, ...body: readonly Piece[]): string {
  return choose([[condition, lines(...body)]])
}

/** The first block whose condition holds, else the last. */
export function choose(
  branches: readonly (readonly [condition: string, body: string])[],
  otherwise?: string,
): string {
  const blocks = branches.map(
    ([condition, body], index) => `${index === 0 ? 'if' : 'elsif'} ${condition} then\n${indent(body)}`,
  )
  return lines(...blocks, otherwise !== undefined && `else\n${indent(otherwise)}`, 'end if;')
}

/** Paragraphs of code, an empty line between them; missing ones are left out. */
export function paragraphs(...pieces: readonly Piece[]): string {
  return pieces.filter((piece) => piece !== '' && piece !== false && piece !== undefined).join('\n\n')
}

export interface TriggerFunction {
  /** In schema `syncline`. */
  readonly name: string
  readonly purpose: string
  /** Lines for whoever reads the function, a program perhaps. */
  readonly notes?: readonly (string | undefined)[]
  readonly variables: readonly string[]
  readonly body: string
  /** Settings that are fixed while it runs: `extra_float_digits = 1`. */
  readonly settings?: readonly string[]
}

/** The statement that makes a trigger's function. */
export function triggerFunction({
  name,
  purpose,
  notes = [],
  variables,
  body,
  settings = [],
}: TriggerFunction): string {
  const fixed = settings.map((setting) => `\n  set ${setting}`).join('')
  const declared = variables.map((variable) => `${variable};`).join('\n')
  return `create or replace function syncline.${name}() returns trigger
  language plpgsql security definer${fixed}
as $function$
-- ${lines(purpose, ...notes.map((note) => note && `-- ${note}`))}
#variable_conflict use_column
${lines(variables.length > 0 && `<<${name}>>\ndeclare\n${indent(declared)}`)}
begin
${indent(body)}
end
$function$`
}

/** Body of a function as `pg_proc.prosrc` has it. */
export function sourceOf(statement: string): string {
  return statement.split('$function$')[1] as string
}
