/**
 * The quick form of an op: one statement that writes when everything is as it should be, and does nothing otherwise.
 *
 * It stands behind the lock of its record, so its snapshot is not older than what it writes. What it does not write goes
 * step by step (`shape-text.ts`), which finds out why.
 */
import { columnFromWire } from '../capture/wire-sql.ts'
import { quoteIdentifier } from '../sql.ts'
import { RECORD } from './prepare-op.ts'
import { columnOf, literal, SELF, type ShapeText, wireOf } from './shape-strings.ts'
import type { ShapeTarget } from './shape.ts'
import { accessOf, afterStep, insertOf, lockStep, setting, updateAll } from './shape-text.ts'

/** Locks what the op writes and what it points to, where no group has done so before. */
export function quickLocks(text: ShapeText): string {
  const { shape } = text
  const targets = shape.targets.map(
    ({ field, model }) => `  perform 1 from ${targetOf({ field, model })} for key share;`,
  )
  return [...(shape.action === 'create' ? [] : [lockStep(text)]), ...targets].join('\n')
}

/** The statement. `found` tells whether it wrote, `may_write` whether it may have. */
export function quickStep(text: ShapeText): string {
  switch (text.shape.action) {
    case 'create':
      return createStep(text)
    case 'update':
      return updateStep(text)
    case 'delete':
      return deleteStep(text)
  }
}

/** Conditions of the quick statement beside the rules: what the step-by-step way would look at first. */
export function conditionsOf(text: ShapeText): string[] {
  const { shape } = text
  const version = columnOf(shape.model.columns.version)
  switch (shape.action) {
    case 'create':
      return [
        `not exists (select 1 from ${text.table} where ${text.isRecord})`,
        ...shape.targets.map((target, index) => isReadable(text, target, index)),
      ]
    case 'update':
      return [
        `(${SELF}.base is null or ${version} <= ${SELF}.base)`,
        ...shape.targets.map((target, index) => isSameOrReadable(text, target, index)),
      ]
    case 'delete':
      return [`(not ${SELF}.op ? 'u' or ${version} <= ${SELF}.base)`]
  }
}

function createStep(text: ShapeText): string {
  return `    if id is not null and (select ${conditionsOf(text).join(' and ')}) then
${setting}
${insertOf(text, true)}
      is_done := found;
${afterStep(text)}
    end if;`
}

function updateStep(text: ShapeText): string {
  if (text.shape.fields.length === 0) return ''
  return `${setting}
${updateAll(text, [...accessOf(text), ...conditionsOf(text)])}
    is_done := found;
    if is_done and not may_write then perform syncline.refuse(op, 'forbidden'); end if;`
}

function deleteStep(text: ShapeText): string {
  const { shape, table, isRecord } = text
  return `${setting}
    delete from ${table} where ${[isRecord, ...accessOf(text), ...conditionsOf(text)].join(' and ')}
    returning ${columnOf(shape.model.columns.version)} + 1 into ${SELF}.version;
    is_done := found;`
}

function isSameOrReadable(text: ShapeText, target: ShapeTarget, index: number): string {
  const isSame = `${columnOf(target.field.column)}::text = ${SELF}.fields ->> ${literal(target.field.name)}`
  return `(${isSame} or ${isReadable(text, target, index)})`
}

function isReadable(text: ShapeText, target: ShapeTarget, index: number): string {
  return `exists (select 1 from ${targetOf(target)} and ${text.targets[index]})`
}

function targetOf({ field, model }: Pick<ShapeTarget, 'field' | 'model'>): string {
  return `${quoteIdentifier(model.table)} as ${quoteIdentifier(RECORD)} where ${columnOf(model.idColumn)} = ${columnFromWire(field, wireOf(field))}`
}
