/**
 * Changes of one record in the order in which they were made (L2).
 *
 * Rows are logged when a statement has written all of them. A trigger of the application, or a foreign key's action,
 * that follows one of these rows may write another one first: that change stands in the log before the one that it came
 * after. Versions are stamped as rows are written, so within a transaction they tell the order. A record that follows
 * its parent to another room keeps its version, and moves after the change that set it.
 */
import type { LogRow } from '../log-row.ts'

type Ordered = Pick<LogRow, 'xid' | 'model' | 'id' | 'version' | 'action'>

/** Versions stop here, and tell no order any more. */
const LARGEST_VERSION = 2_147_483_647

/** Rows in the order of the log; those of a record that are not in its own change places among each other. */
export function inRecordOrder<Row extends Ordered>(rows: Row[]): Row[] {
  if (rows.length < 2) return rows
  const latest = new Map<string, Map<string, Row>>()
  const disordered = new Set<string>()
  for (const row of rows) {
    let ofModel = latest.get(row.model)
    if (ofModel === undefined) latest.set(row.model, (ofModel = new Map()))
    const before = ofModel.get(row.id)
    if (before?.xid === row.xid && byVersion(before, row) > 0) disordered.add(recordOf(row))
    ofModel.set(row.id, row)
  }
  return disordered.size === 0 ? rows : withOrdered(rows, disordered)
}

function withOrdered<Row extends Ordered>(rows: readonly Row[], disordered: ReadonlySet<string>): Row[] {
  const changes = new Map<string, Row[]>()
  for (const row of rows) {
    const record = recordOf(row)
    if (!disordered.has(record)) continue
    const known = changes.get(record)
    if (known) known.push(row)
    else changes.set(record, [row])
  }
  const ordered = new Map([...changes].map(([record, its]) => [record, its.toSorted(byVersion).values()]))
  return rows.map((row) => (ordered.get(recordOf(row))?.next().value as Row | undefined) ?? row)
}

function byVersion(a: Ordered, b: Ordered): number {
  if (a.version !== b.version || a.version === LARGEST_VERSION) return a.version - b.version
  return Number(isMove(a)) - Number(isMove(b))
}

const isMove = ({ action }: Ordered) => action === 'leave' || action === 'enter'

const recordOf = ({ xid, model, id }: Ordered) => `${xid} ${model} ${id}`
