/** Writes one field: `rating: oneOf('G', 'PG').default('G'),` */
import { codeValue, comment, text } from './code-text.ts'
import type { FieldPlan } from './plan.ts'
import { needsColumn } from './plan-fields.ts'

const CONSTRUCTORS: Readonly<Partial<Record<FieldPlan['kind'], string>>> = { enum: 'oneOf' }

const constructorOf = (kind: FieldPlan['kind']) => CONSTRUCTORS[kind] ?? kind

/** Functions of the package that the field's code calls. */
export function callsIn({ kind, array }: FieldPlan): string[] {
  return array ? ['array', constructorOf(kind)] : [constructorOf(kind)]
}

/** The lines of the field, its notes before it. */
export function renderField(field: FieldPlan): string[] {
  const calls = [
    kindCall(field),
    ...(field.nullable ? ['nullable()'] : []),
    ...(field.default.kind === 'value' ? [`default(${codeValue(field.default.value)})`] : []),
    ...(field.default.kind === 'database' ? ['filledByDatabase()'] : []),
    ...(needsColumn(field) ? [`column(${text(field.column)})`] : []),
  ]
  return [...comment(field.notes, '      //'), `      ${field.name}: ${calls.join('.')},`]
}

function kindCall({ kind, array, values, target }: FieldPlan): string {
  const inside = target === undefined ? (values ?? []).map(text).join(', ') : text(target)
  const call = `${constructorOf(kind)}(${inside})`
  return array ? `array(${call})` : call
}
