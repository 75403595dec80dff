/** What a view asks the database: who is in it now, records that enter, changes that a cursor has not seen. */
import type { Connection, Database, Parameter } from '../../postgres/database.ts'
import { type ChangeRow, toLogRows } from '../../postgres/log/change-row.ts'
import { RECORD, valueSql } from '../../postgres/log/snapshot.ts'
import { CHANGE_COLUMNS, unseenChanges } from '../../postgres/log/unseen-changes.ts'
import type { LogRow, SnapshotText } from '../../postgres/log-row.ts'
import { quoteIdentifier } from '../../postgres/sql.ts'
import type { Field, Model } from '../../schema/model.ts'
import { askApart } from '../rooms/ask-apart.ts'
import type { ViewDefinition } from './view-definition.ts'

type Asked = Pick<Database | Connection, 'query'>

/** Views in one statement. */
const VIEWS_AT_ONCE = 200
/** More changes than this, and loading again is less. */
const MOST_MISSED = 5_000

/** Ids and versions of all records that the view shows. */
export async function readIds(
  database: Asked,
  { model, condition }: ViewDefinition,
): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; version: number }>(
    `select ${idText(model)} as id, ${column(model.columns.version)} as version from ${from(model)} where ${condition.text()}`,
    condition.values,
  )
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/** Which records views show; and which views cannot be read, and why. */
export interface Shown {
  readonly shown: ReadonlyMap<ViewDefinition, ReadonlySet<string>>
  readonly failed: ReadonlyMap<ViewDefinition, unknown>
}

/** For each view of one model, which of these records it shows now; of all its records when `ids` is null. */
export async function readShown(
  database: Asked,
  model: Model,
  views: readonly ViewDefinition[],
  ids: readonly string[] | null,
): Promise<Shown> {
  const { answers, failed } = await askApart(views, {
    atOnce: VIEWS_AT_ONCE,
    textOf: ({ condition }) => condition.text(),
    ask: (some) => readShownAtOnce(database, model, some, ids),
  })
  return { shown: new Map(answers.flatMap((shown) => [...shown])), failed }
}

async function readShownAtOnce(
  database: Asked,
  model: Model,
  views: readonly ViewDefinition[],
  ids: readonly string[] | null,
): Promise<Map<ViewDefinition, Set<string>>> {
  const shown = new Map(views.map((view) => [view, new Set<string>()]))
  const values: Parameter[] = ids === null ? [] : [ids]
  const parts = views.map(({ condition }, index) => {
    const text = condition.text(values.length)
    values.push(...condition.values)
    return `select ${index} as n, ${idText(model)} as id from ${from(model)} where ${ids === null ? '' : `${isAmong(model)} and `}(${text})`
  })
  const rows = await database.query<{ n: number; id: string }>(parts.join('\nunion all\n'), values)
  for (const { n, id } of rows) shown.get(views[Number(n)] as ViewDefinition)?.add(id)
  return shown
}

/** A record as it enters a view. */
export interface EnteringRecord {
  readonly id: string
  readonly version: number
  /** JSON text of all fields. */
  readonly fields: string
  /** JSON text; null when every field has the record's version. */
  readonly fieldVersions: string | null
}

/** Reads records that the view shows, whole, and asks for the right in the same snapshot. */
export async function readEntering(
  database: Asked,
  { model, condition }: ViewDefinition,
  ids: readonly string[],
): Promise<EnteringRecord[]> {
  if (ids.length === 0) return []
  const version = column(model.columns.version)
  const members = model.fieldNames.map(
    (name) => `'${JSON.stringify(name).replaceAll("'", "''")}:' || ${valueSql(model.fields[name] as Field)}`,
  )
  return database.query<EnteringRecord & Record<string, unknown>>(
    `select ${idText(model)} as id, ${version} as version,
      '{' || concat_ws(',', ${members.join(', ') || "''"}) || '}' as fields,
      case when ${version} = 1 then null else coalesce(${column(model.columns.fieldVersions)}::text, '{}') end as "fieldVersions"
    from ${from(model)} where ${isAmong(model)} and (${condition.text(1)})`,
    [ids, ...condition.values],
  )
}

/** Changes of a model that a snapshot has not seen and the caller's has; null when there are too many. */
export async function readMissed(
  connection: Connection,
  model: Model,
  since: SnapshotText,
): Promise<LogRow[] | null> {
  const rows = await connection.query<ChangeRow>(
    `select * from (${unseenChanges(CHANGE_COLUMNS, 'and model = $2')}) change order by seq limit ${MOST_MISSED + 1}`,
    [since, model.name],
  )
  return rows.length > MOST_MISSED ? null : toLogRows(rows)
}

const column = (name: string) => `${RECORD}.${quoteIdentifier(name)}`
const from = (model: Model) => `${quoteIdentifier(model.table)} as ${RECORD}`
const idText = (model: Model) => `${column(model.idColumn)}::text`
const isAmong = (model: Model) => `${column(model.idColumn)} = any($1::text[]::${model.idType}[])`
