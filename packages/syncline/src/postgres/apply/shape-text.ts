/** The statements of one op of a shape, step by step; `shape-function.ts` puts them into a function. */
import type { Field } from '../../schema/model.ts'
import { columnFromWire } from '../capture/wire-sql.ts'
import { WRITER_SETTING } from '../capture/writer-setting.ts'
import { quoteIdentifier } from '../sql.ts'
import { conflictText } from './conflict-text.ts'
import { goneRecord } from './gone-record.ts'
import { RECORD } from './prepare-op.ts'
import { isAlways } from './rule-text.ts'
import { columnOf, literal, SELF, type ShapeText, wireOf } from './shape-strings.ts'
import type { ShapeField, ShapeTarget } from './shape.ts'

/**
 * What must hold for the record: both rules, the one for writing alone, or nothing. Said `is true`, they are asked for
 * each record by itself: PostgreSQL would rather join the tables in them, which is three times as slow for few records.
 */
export function accessOf({ shape, read, when }: ShapeText, isNew = false): string[] {
  const reading = (isNew && shape.insteadOfRead) || isAlways(shape.read) ? [] : [`${read} is true`]
  return [...reading, ...(isAlways(shape.when) ? [] : [`${when} is true`])]
}

/** All steps between the beginning and the answer. */
export function stepsOf(text: ShapeText): string {
  switch (text.shape.action) {
    case 'create':
      return [targetSteps(text), setting, insertStep(text), afterStep(text)].join('\n')
    case 'update':
      return [lockStep(text), beforeStep(text), targetSteps(text), conflictText(text), updateStep(text)].join(
        '\n',
      )
    case 'delete':
      return [lockStep(text), beforeStep(text), deleteStep(text)].join('\n')
  }
}

export const setting = `  perform pg_catalog.set_config('${WRITER_SETTING}', op ->> 's', true);`

export function lockStep({ shape, table, isRecord }: ShapeText): string {
  const strength = shape.action === 'delete' ? 'update' : 'no key update'
  return `  perform 1 from ${table} where ${isRecord} for ${strength};`
}

function beforeStep(text: ShapeText): string {
  const { shape, table, isRecord, read, when } = text
  const { version, fieldVersions } = shape.model.columns
  const references = shape.targets.map(({ field }) => `${columnOf(field.column)}::text`)
  return `  select ${columnOf(version)}, coalesce(${columnOf(fieldVersions)}, '{}'),
    ${read} is true,
    ${when} is true,
    array[${references.join(', ')}]::text[]
    into ${SELF}.version, ${SELF}.field_versions, ${SELF}.may_read, ${SELF}.may_write, ${SELF}.old_references
    from ${table} where ${isRecord};
  if not found then
${goneStep(text)}
    perform syncline.refuse(op, 'not_found');
  end if;
  if not may_read then perform syncline.refuse(op, 'not_found'); end if;
  if not may_write then perform syncline.refuse(op, 'forbidden'); end if;
  if (op ->> 'v')::integer <> version or op -> 'x' = 'true' or op -> 'x' @> to_jsonb(version) then
    perform syncline.refuse(op, 'changed', jsonb_build_object('version', version));
  end if;`
}

/** `deleted` is for those who could read the record as it was when it went; others are told what strangers are told. */
function goneStep({ shape, read }: ShapeText): string {
  const { model } = shape
  return `    select l.before, l.actor, l.at, l.version into ${SELF}.gone from syncline.log as l
     where l.model = ${literal(model.name)} and l.id = ${SELF}.id::text and l.action = 'delete'
     order by l.version desc limit 1;
    if found then
      begin
        select ${read} is true into ${SELF}.may_read
          from (${goneRecord(model, `${SELF}.id`, `${SELF}.gone.before`)}) as ${quoteIdentifier(RECORD)};
      exception when others then
        -- The record was deleted under another declaration: its row cannot be rebuilt.
        may_read := false;
      end;
      if may_read then
        perform syncline.refuse(op, 'deleted', jsonb_build_object('by', gone.actor, 'version', gone.version,
          'at', to_char(gone.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));
      end if;
    end if;`
}

/** The target stays there until the end of the transaction, and its rule is asked after it is held. */
function targetSteps(text: ShapeText): string {
  return text.shape.targets.map((target, index) => targetStep(text, target, index)).join('\n')
}

function targetStep({ shape, targets }: ShapeText, { field, model }: ShapeTarget, index: number): string {
  const value = columnFromWire(field, wireOf(field))
  const from = `${quoteIdentifier(model.table)} as ${quoteIdentifier(RECORD)} where ${columnOf(model.idColumn)} = ${value}`
  const steps = `    perform 1 from ${from} for key share;
    perform 1 from ${from} and ${targets[index]};
    if not found then perform syncline.refuse(op, 'not_found', ${literal(JSON.stringify({ field: field.name }))}); end if;`
  if (shape.action === 'create') return steps
  return `  if old_references[${index + 1}] is distinct from fields ->> ${literal(field.name)} then\n${steps}\n  end if;`
}

/** An id that is taken is named only to whoever may read its record; others are told what any constraint says. */
function insertStep(text: ShapeText): string {
  const { table, isRecord, read } = text
  return `  if id is not null then
    perform 1 from ${table} where ${isRecord};
    if found then
      perform 1 from ${table} where ${isRecord} and ${read};
      if found then perform syncline.refuse(op, 'duplicate_id'); end if;
      perform syncline.refuse(op, 'constraint');
    end if;
${insertOf(text, true)}
  else
${insertOf(text, false)}
  end if;
  if not found then perform syncline.refuse(op, 'constraint'); end if;`
}

export function insertOf({ shape: { model, fields }, table }: ShapeText, withId: boolean): string {
  const id = withId ? [{ column: model.idColumn, value: `${SELF}.id` }] : []
  const named = fields.map(({ field }) => ({
    column: field.column,
    value: columnFromWire(field, wireOf(field), model.table),
  }))
  const all = [...id, ...named]
  const values = `(${all.map(({ column }) => quoteIdentifier(column)).join(', ')}) values (
${all.map(({ value }) => `      ${value}`).join(',\n')}
    )`
  return `    insert into ${table} ${all.length === 0 ? 'default values' : values}
    returning ${columnOf(model.columns.version)}, ${columnOf(model.idColumn)} into ${SELF}.version, ${SELF}.id;`
}

function updateStep(text: ShapeText): string {
  const { fields } = text.shape
  if (fields.length === 0) return ''
  const all = updateAll(text, [])
  const some = updateOf(
    text,
    fields.map((entry) => assignmentUnlessSkipped(entry, text.shape.model.table)),
  )
  return `  if cardinality(skipped) < ${fields.length} then
  ${setting}
    if skipped = '{}' then
${all}
    else
${some}
    end if;
    if not found then perform syncline.refuse(op, 'constraint'); end if;
    if not may_write then perform syncline.refuse(op, 'forbidden'); end if;
  end if;`
}

/** The rules are asked about the new row as row security's `with check` does: by the statement that wrote it. */
function updateOf(
  text: ShapeText,
  assignments: readonly string[],
  conditions: readonly string[] = [],
): string {
  const { shape, table, isRecord } = text
  return `      update ${table} set
${assignments.join(',\n')}
      where ${[isRecord, ...conditions].join(' and ')}
      returning ${columnOf(shape.model.columns.version)}, ${isAllowedAfter(text)}
        into ${SELF}.version, ${SELF}.may_write;`
}

/** Whether the rules hold for the row as the update left it, with all that triggers did. */
export function isAllowedAfter(text: ShapeText): string {
  const allowed = accessOf(text).join(' and ')
  return allowed === '' ? 'true' : `(${allowed}) is true`
}

/** The update of all named fields, where these conditions hold too. */
export function updateAll(text: ShapeText, conditions: readonly string[]): string {
  return updateOf(text, assignmentsOf(text), conditions)
}

/** `"name" = …` for each named field. */
export function assignmentsOf({ shape }: ShapeText): string[] {
  return shape.fields.map((entry) => assignment(entry, shape.model.table))
}

function assignment(entry: ShapeField, table: string): string {
  return `        ${quoteIdentifier(entry.field.column)} = ${newValue(entry, table)}`
}

function assignmentUnlessSkipped(entry: ShapeField, table: string): string {
  const { column, name } = entry.field
  return `        ${quoteIdentifier(column)} = case when ${literal(name)} = any (${SELF}.skipped) then ${columnOf(column)} else ${newValue(entry, table)} end`
}

/** The value that an op gives a field, from the row as it is under the name `alias` and its wire value, jsonb. */
export function newValue(
  { field, form }: ShapeField,
  table: string,
  alias?: string,
  wire = wireOf(field),
): string {
  const column = columnOf(field.column, alias)
  if (form === 'increment') {
    return `coalesce(${column}, 0) + ${columnFromWire(field, `${wire} -> '$inc'`)}`
  }
  if (form === 'members') return membersValue(field, column, table, wire)
  return columnFromWire(field, wire, table)
}

/** What was there without `$remove`, then what `$add` brings; each element once. */
function membersValue(field: Field, column: string, table: string, wire: string): string {
  const part = (operator: string) =>
    `coalesce(${columnFromWire(field, `${wire} -> '${operator}'`, table)}, '{}')`
  return `(
          select coalesce(array_agg(e.element order by e.place), '{}') from (
            select u.element, min(u.place) as place
              from unnest(coalesce(${column}, '{}') || ${part('$add')}) with ordinality as u (element, place)
             where ${isIn(part('$add'))} or not ${isIn(part('$remove'))}
             group by u.element
          ) as e)`
}

/** Whether the list holds the element; a null is one like any other. */
function isIn(list: string): string {
  return `(case when u.element is null then array_position(${list}, null) is not null else coalesce(u.element = any (${list}), false) end)`
}

function deleteStep({ shape, table, isRecord }: ShapeText): string {
  return `  if (op ->> 'u')::boolean and version > (op ->> 'b')::integer then
    conflicts := syncline.keep_changed_since(op, ${literal(shape.model.name)}, ${SELF}.id::text);
  end if;
  if conflicts is null then
  ${setting}
    delete from ${table} where ${isRecord};
    if not found then perform syncline.refuse(op, 'constraint'); end if;
    version := version + 1;
  end if;`
}

/** The rules on a record that was just made, with all that its triggers did. */
export function afterStep(text: ShapeText): string {
  const conditions = accessOf(text, true)
  if (conditions.length === 0) return ''
  return `  perform 1 from ${text.table} where ${[text.isRecord, ...conditions].join(' and ')};
  if not found then perform syncline.refuse(op, 'forbidden'); end if;`
}
