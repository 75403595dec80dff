/**
 * The quick form of an op: one statement that writes when everything is as it should be, and does nothing otherwise.
 *
 * It stands behind the lock of its record, so its snapshot is not older than what it writes. What it does not write goes
 * step by step (`shape-text.ts`), which finds out why.
 */
import { columnFromWire } from '../capture/wire-sql.ts'
import { quoteIdentifier } from '../sql.ts'
import { RECORD } from './prepare-op.ts'
import type { ShapeTarget } from './shape.ts'
import {
  accessOf,
  afterStep,
  columnOf,
  insertOf,
  literal,
  lockStep,
  SELF,
  setting,
  type ShapeText,
  updateAll,
  wireOf,
} from './shape-text.ts'

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

function createStep(text: ShapeText): string {
  const conditions = text.shape.targets.map((target, index) => isReadable(text, target, index))
  const isFree = `not exists (select 1 from ${text.table} where ${text.isRecord})`
  return `    if id is not null and (select ${[isFree, ...conditions].join(' and ')}) then
${setting}
${insertOf(text, true)}
      is_done := found;
${afterStep(text)}
    end if;`
}

function updateStep(text: ShapeText): string {
  const { shape } = text
  if (shape.fields.length === 0) return ''
  const seen = `(${SELF}.base is null or ${columnOf(shape.model.columns.version)} <= ${SELF}.base)`
  const targets = shape.targets.map(
    (target, index) =>
      `(${columnOf(target.field.column)}::text = ${SELF}.fields ->> ${literal(target.field.name)} or ${isReadable(text, target, index)})`,
  )
  return `${setting}
${updateAll(text, [...accessOf(text), seen, ...targets])}
    is_done := found;
    if is_done and not may_write then perform syncline.refuse(op, 'forbidden'); end if;`
}

function deleteStep(text: ShapeText): string {
  const { shape, table, isRecord } = text
  const version = columnOf(shape.model.columns.version)
  const seen = `(not op ? 'u' or ${version} <= ${SELF}.base)`.replace('op ?', `${SELF}.op ?`)
  return `${setting}
    delete from ${table} where ${[isRecord, ...accessOf(text), seen].join(' and ')}
    returning ${version} + 1 into ${SELF}.version;
    is_done := found;`
}

function isReadable(text: ShapeText, target: ShapeTarget, index: number): string {
  return `exists (select 1 from ${targetOf(target)} and ${text.targets[index]})`
}

function targetOf({ field, model }: Pick<ShapeTarget, 'field' | 'model'>): string {
  return `${quoteIdentifier(model.table)} as ${quoteIdentifier(RECORD)} where ${columnOf(model.idColumn)} = ${columnFromWire(field, wireOf(field))}`
}
