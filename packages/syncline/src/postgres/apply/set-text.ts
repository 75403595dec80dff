/**
 * Many ops of one shape in one statement, for tables where a write touches no other row than its own.
 *
 * PostgreSQL prepares a statement's execution once for all of its rows; with rules in it, that costs more than a row
 * (`bench`: G6). Rules are asked in the statement's snapshot, so no row of the statement helps another one to pass. What
 * it leaves out goes step by step afterwards, and when it fails, the run goes op by op.
 */
import { columnFromWire } from '../capture/wire-sql.ts'
import { quoteIdentifier } from '../sql.ts'
import { FAILED_OP, REFUSED_OP } from './apply-function.ts'
import { conditionsOf } from './quick-text.ts'
import { columnOf, idTypeOf, literal, SELF, type ShapeText, wireOf } from './shape-strings.ts'
import { accessOf, assignmentsOf, isAllowedAfter } from './shape-text.ts'

/** The body of the function: fills `done`, the places of the ops that were written, and refuses what was not allowed. */
export function setStep(text: ShapeText): string {
  switch (text.shape.action) {
    case 'create':
      return createSet(text)
    case 'update':
      return updateSet(text)
    case 'delete':
      return deleteSet(text)
  }
}

/** Label of the function's block, so that no column is taken for a variable. */
export const RUN = 'syncline_run'

/** End of a function that runs ops, each as `op`: another error than a refusal tells which of them met it. */
export const TELLS_WHICH = `exception
  when sqlstate '${REFUSED_OP}' or sqlstate '${FAILED_OP}' then raise;
  when others then
    perform syncline.failed(op, sqlstate);
end`

/** The setting of an op by itself, as `writerSetting` writes it; a run in one statement carries only their list. */
export function settingIn({ shape }: ShapeText): string {
  return `jsonb_build_object('s', jsonb_strip_nulls(jsonb_build_object('source', 'app', 'actor', op -> 'a',
        'model', ${literal(shape.model.name)}, 'id', op -> 'id', 'device', op -> 'd',
        'op', case when op ? 'd' then op -> 'n' end, 'base', op -> 'b'))::text)`
}

/** The ops as rows, under the name that variables have elsewhere, so that the same texts fit. */
function opRows({ shape, ruleTypes }: ShapeText): string {
  const rules = ruleTypes.map((type, index) => `, (o.op -> 'r' ->> ${index})::${type} as rule_${index}`)
  return `(
        select o.op, (o.op ->> 'i')::integer as place, nullif(o.op ->> 'id', '')::${idTypeOf(shape)} as id,
               o.op -> 'f' as fields, (o.op ->> 'b')::integer as base${rules.join('')}
          from unnest(${RUN}.ops) as o (op)
      ) as ${SELF}`
}

function updateSet(text: ShapeText): string {
  return `    with written as (
      update ${text.table} set
${assignmentsOf(text).join(',\n')}
        from ${opRows(text)}
       where ${[text.isRecord, ...accessOf(text), ...conditionsOf(text)].join(' and ')}
      returning ${SELF}.op, ${SELF}.place, ${columnOf(text.shape.model.columns.version)} as version, ${isAllowedAfter(text)} as is_allowed
    )
    select array_agg(w.place), array_agg(w.op) filter (where not w.is_allowed), ${answersOf("w.op ->> 'id'", 'w.version')}
      into done, forbidden, answers from written as w;`
}

function deleteSet(text: ShapeText): string {
  const version = columnOf(text.shape.model.columns.version)
  return `    with written as (
      delete from ${text.table} using ${opRows(text)}
       where ${[text.isRecord, ...accessOf(text), ...conditionsOf(text)].join(' and ')}
      returning ${SELF}.op, ${SELF}.place, ${version} + 1 as version
    )
    select array_agg(w.place), ${answersOf("w.op ->> 'id'", 'w.version')} into done, answers from written as w;`
}

/** An insert cannot return what it was made from, so its rows are found again by their ids, after their triggers. */
function createSet(text: ShapeText): string {
  const { shape, table } = text
  const { model } = shape
  const columns = [model.idColumn, ...shape.fields.map(({ field }) => field.column)].map(quoteIdentifier)
  const values = [
    `${SELF}.id`,
    ...shape.fields.map(({ field }) => columnFromWire(field, wireOf(field), model.table)),
  ]
  const allowed = accessOf(text, true).join(' and ')
  return `    with written as (
      insert into ${table} (${columns.join(', ')})
      select ${values.join(',\n        ')}
        from ${opRows(text)}
       where ${[`${SELF}.id is not null`, ...conditionsOf(text)].join(' and ')}
      returning ${columnOf(model.idColumn)} as id
    )
    select array_agg(w.id) into made from written as w;
    select array_agg(${SELF}.place), array_agg(${SELF}.op) filter (where ${allowed === '' ? 'false' : `(${allowed}) is not true`}),
           ${answersOf(`${SELF}.op ->> 'id'`, columnOf(model.columns.version), `${SELF}.op`, `${SELF}.place`)}
      into done, forbidden, answers
      from ${opRows(text)} join ${table} on ${text.isRecord}
     where ${SELF}.id = any (${RUN}.made);`
}

function answersOf(id: string, version: string, op = 'w.op', place = 'w.place'): string {
  return `coalesce(array_agg(jsonb_build_object('i', ${place}, 'version', ${version}, 'id', ${id})) filter (where ${op} ? 'w'), '{}')`
}
