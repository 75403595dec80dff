/**
 * Writes the functions that apply the ops of one shape, in the session of the writer.
 *
 *   name       one op, step by step: finds out what is wrong with it, and keeps its conflicts
 *   name_one   one op: lock, then the quick statement, then step by step if that did nothing
 *   name_all   a run of ops whose records the group has locked: the quick statement for each
 *   name_set   a run of ops on different records: one statement for all. Where that logs its own rows, they come as
 *              columns (`set-columns.ts`)
 *
 *   A3 silent     a missing and an unreadable record are refused alike
 *   A4 whole      only the columns of the named fields stand in the write
 *   W3 lost       what the op overwrites unseen is kept in `syncline.conflicts`
 *
 * The op comes as jsonb: `i` its place in the group, `id`, `f` fields, `r` the values of its rules, `s` the setting for
 * the capture trigger, `a` user, `d` device, `n` its number, `b` base, `u` unlessChanged, `v` expected version,
 * `x` versions that are not wanted (true: none is), `k` idempotency key, `h` what was asked for with it, `w` whether an
 * answer is wanted when all is well.
 */
import { WRITER_SETTING } from '../capture/writer-setting.ts'
import { REFUSED_OP } from './apply-function.ts'
import { BRIEF_LOCK_TIMEOUT } from './lock-statements.ts'
import { loggedSetText } from './logged-set.ts'
import { type LoneTexts, loneUpdateText, planningGuard, type PlanningGuard } from './lone-update.ts'
import type { WriteHabits } from './lone-writes.ts'
import { quickLocks, quickStep } from './quick-text.ts'
import type { RuleTypes } from './rule-types.ts'
import { columnTypes } from './set-columns.ts'
import { RUN, setStep, settingIn, TELLS_WHICH } from './set-text.ts'
import { idTypeOf, SELF, type ShapeText, shapeText } from './shape-strings.ts'
import { stepsOf } from './shape-text.ts'
import type { Shape } from './shape.ts'
import { areUntouched } from './untouched-rules.ts'

/**
 * The statements that make the functions. Where a write touches no other row than its own, many may stand in one
 * statement.
 */
export function shapeFunctions(
  name: string,
  shape: Shape,
  types: RuleTypes,
  { isAlone, isPlain, logged }: WriteHabits,
): string {
  const text = shapeText(shape, types, isAlone && isPlain && areUntouched(shape))
  return [
    makeFunction(name, stepByStep(text)),
    makeFunction(`${name}_one`, oneText(name, text)),
    makeFunction(`${name}_all`, allText(name, text)),
    ...(isAlone && !logged ? [makeFunction(`${name}_set`, setText(name, text), 'jsonb, text')] : []),
    ...(logged ? [makeFunction(`${name}_set`, loggedSetText(name, text, logged), columnTypes(text))] : []),
    ...(logged ? planningGuard(name, logged).map(makePlanningGuard) : []),
  ].join(';\n')
}

/** The statements for an op of the shape that stands alone, where it needs no function. */
export function loneStatementText(
  name: string,
  shape: Shape,
  types: RuleTypes,
  { isAlone, isPlain, logged }: WriteHabits,
): LoneTexts | undefined {
  const text = shapeText(shape, types, isAlone && isPlain && areUntouched(shape))
  return logged && text.areRulesUntouched ? loneUpdateText(name, text, logged) : undefined
}

/** The statement that drops them. */
export function dropShapeFunctions(name: string): string {
  const functions = ['', '_one', '_all'].map((suffix) => `pg_temp.${name}${suffix}(jsonb)`)
  // A name alone is enough: no other function has it.
  const others = ['_set', '_sees', '_guard'].map((suffix) => `pg_temp.${name}${suffix}`)
  return `drop function ${functions.join(', ')}; drop function if exists ${others.join(', ')}`
}

function makeFunction(name: string, body: string, parameters = 'jsonb'): string {
  const quoted = body.replaceAll("'", "''")
  return `create or replace function pg_temp.${name}(${parameters}) returns jsonb language plpgsql as '${quoted}'`
}

function makePlanningGuard({ name, body, volatility }: PlanningGuard): string {
  const quoted = body.replaceAll("'", "''")
  return `create or replace function pg_temp.${name}() returns boolean language plpgsql ${volatility} as '${quoted}'`
}

function stepByStep(text: ShapeText): string {
  return `
#variable_conflict use_column
<<${SELF}>>
declare
  op constant jsonb := $1;
${variables(text)}
  field_versions jsonb;
  may_read boolean;
  old_references text[];
  gone record;
  current jsonb;
  conflict jsonb;
  conflicts jsonb;
  skipped text[] := '{}';
begin
${readOp(text)}
  if op ? 'k' then perform syncline.claim(op); end if;
${stepsOf(text)}
  if op ? 'k' then
    update syncline.idempotency as i set outcome = jsonb_build_object('version', ${SELF}.version, 'id', ${SELF}.id::text)
     where i.user_id = ${SELF}.op ->> 'a' and i.key = ${SELF}.op ->> 'k';
  end if;
  if conflicts is null and not op ? 'w' then return null; end if;
  return jsonb_build_object('i', op -> 'i', 'version', version, 'id', id::text, 'conflicts', conflicts);
end`
}

function oneText(name: string, text: ShapeText): string {
  return `
#variable_conflict use_column
<<${SELF}>>
declare
  op constant jsonb := $1;
${variables(text)}
  is_done boolean := false;
begin
  if op ?| '{k,v,x}' then return pg_temp.${name}(op); end if;
${readOp(text)}
${quickLocks(text)}
${quickStep(text)}
  if not is_done then return pg_temp.${name}(op); end if;
  if not op ? 'w' then return null; end if;
  return ${plainAnswer};
end`
}

/** One sub-block for the whole run: it costs little, and tells whose fault it is when the run fails. */
function allText(name: string, text: ShapeText): string {
  return `
#variable_conflict use_column
<<${SELF}>>
declare
  op jsonb;
${variables(text)}
  is_done boolean;
  answer jsonb;
  answers jsonb[] := '{}';
begin
  for op in select value from pg_catalog.jsonb_array_elements($1) loop
    is_done := false;
    if not op ?| '{k,v,x}' then
${readOp(text)}
${quickStep(text)}
    end if;
    if not is_done then
      answer := pg_temp.${name}(op);
    elsif op ? 'w' then
      answer := ${plainAnswer};
    else
      continue;
    end if;
    if answer is not null then answers := answers || answer; end if;
  end loop;
  return to_jsonb(answers);
exception
  when sqlstate '${REFUSED_OP}' then raise;
  when others then
    perform syncline.failed(op, sqlstate);
end`
}

/** Ops on different records, in one statement. The second parameter is the setting that names them all. */
function setText(name: string, text: ShapeText): string {
  return `
#variable_conflict use_column
<<${RUN}>>
declare
  ops constant jsonb[] := array(select e.value from pg_catalog.jsonb_array_elements($1) as e);
  op jsonb;
  answer jsonb;
  answers jsonb[];
  forbidden jsonb[];
  done integer[];
  made ${idTypeOf(text.shape)}[];
begin
  begin
    perform pg_catalog.set_config('${WRITER_SETTING}', $2, true);
${setStep(text)}
  exception when others then
    -- One of them met a lock: which one is found without waiting for it again.
    if sqlstate = '55P03' then perform pg_catalog.set_config('lock_timeout', '${BRIEF_LOCK_TIMEOUT}', true); end if;
    return pg_temp.${name}_all(${withSettings(text)});
  end;
  if forbidden is not null then perform syncline.refuse(forbidden[1], 'forbidden'); end if;
  if cardinality(done) = cardinality(ops) then return to_jsonb(answers); end if;
  foreach op in array ops loop
    if not (op ->> 'i')::integer = any (coalesce(done, '{}')) then
      answer := pg_temp.${name}(op || ${settingIn(text)});
      if answer is not null then answers := answers || answer; end if;
    end if;
  end loop;
  return to_jsonb(answers);
${TELLS_WHICH}`
}

function withSettings(text: ShapeText): string {
  return `(select jsonb_agg(o.op || ${settingIn(text).replaceAll('op ->', 'o.op ->').replaceAll('op ?', 'o.op ?')} order by o.place)
      from unnest(ops) with ordinality as o (op, place))`
}

const plainAnswer = `jsonb_build_object('i', op -> 'i', 'version', version, 'id', id::text)`

function variables({ shape, ruleTypes }: ShapeText): string {
  return [
    '  fields jsonb;',
    `  id ${idTypeOf(shape)};`,
    '  base integer;',
    '  version integer;',
    '  may_write boolean;',
    ...ruleTypes.map((type, index) => `  rule_${index} ${type};`),
  ].join('\n')
}

function readOp({ shape, ruleTypes }: ShapeText): string {
  return [
    "  fields := op -> 'f';",
    `  id := nullif(op ->> 'id', '')::${idTypeOf(shape)};`,
    "  base := (op ->> 'b')::integer;",
    ...ruleTypes.map((type, index) => `  rule_${index} := (op -> 'r' ->> ${index})::${type};`),
  ].join('\n')
}
