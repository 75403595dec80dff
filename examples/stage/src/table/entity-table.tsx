/** All records of one kind in a production: a heading that sums up, a table, a line to add another. */
import { type ReactNode, useRef } from 'react'
import type { Kind } from '../entities/kind.ts'
import { inSentence, withArticle } from '../format.ts'
import { AddForm } from '../fields/add-form.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import type { AnyRow } from '../sync/rows.ts'
import { EntityRow } from './entity-row.tsx'
import { RowBlocks } from './row-blocks.tsx'
import { useDrag } from './use-drag.ts'
import { useAnnouncer, useListActions } from './use-list-actions.ts'

export interface EntityTableProps {
  readonly kind: Kind
  /** What a new record has beside its name and its place. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** In their order. */
  readonly rows: readonly AnyRow[]
  /** The record that the address names. */
  readonly target?: string
  nameOf(row: AnyRow): string
  /** Adds a record where a name is not enough. */
  readonly addForm?: (nextPlace: () => number) => ReactNode
  /** Whether records may be deleted by who may edit them. @default true */
  readonly mayRemove?: boolean
  /** Says what the deletion of a record means for others. */
  effectOf?(row: AnyRow): string
  /** Is told the id of a record that was added. */
  onAdded?(id: string): void
}

export function EntityTable(props: EntityTableProps) {
  const { kind, defaults, rows, target, nameOf, addForm, effectOf, onAdded } = props
  const { crew } = useCrew()
  const mayEdit = useMayEdit()
  const mayRemove = mayEdit && props.mayRemove !== false
  const [announcement, announce] = useAnnouncer()
  const actions = useListActions({ model: kind.model, field: 'sortOrder', rows, announce, effectOf })
  const frame = useRef<HTMLDivElement>(null)
  const { drag, handle } = useDrag(frame, rows, actions.moveTo)
  const id = sectionId(kind)
  const add = (name: string) => {
    const place = kind.isSorted ? {} : { sortOrder: actions.nextPlace() }
    const added = crew.add(kind.model, { ...defaults, name, ...place }, name)
    if (added !== undefined) onAdded?.(added)
  }

  return (
    <section className="records" id={id} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{kind.many}</h2>
        <p className="count">{summaryOf(kind, rows)}</p>
      </header>
      <div className="frame" ref={frame}>
        {rows.length > 0 && (
          <table aria-rowcount={rows.length + 1} data-columns={kind.columns.length}>
            <Columns kind={kind} mayRemove={mayRemove} />
            <thead>
              <tr>
                {kind.columns.map(({ heading }) => (
                  <th key={heading} scope="col">
                    {heading}
                  </th>
                ))}
                {mayRemove && (
                  <th scope="col">
                    <span className="unseen">Delete</span>
                  </th>
                )}
              </tr>
            </thead>
            <RowBlocks rows={rows} columns={kind.columns.length + (mayRemove ? 1 : 0)} wanted={target}>
              {(row, index) => (
                <EntityRow
                  key={row.id}
                  kind={kind}
                  row={row}
                  name={nameOf(row)}
                  index={index}
                  isTarget={row.id === target}
                  isDragged={row.id === drag?.id}
                  mayRemove={mayRemove}
                  actions={actions}
                  handle={handle}
                />
              )}
            </RowBlocks>
          </table>
        )}
        {drag && <div className="drop-line" style={{ top: drag.line }} />}
      </div>
      {rows.length === 0 && mayEdit && <p className="empty">{kind.hint}</p>}
      {addForm ? (
        mayEdit && addForm(actions.nextPlace)
      ) : (
        <AddForm placeholder={`Add ${withArticle(kind.one)}`} onAdd={add} />
      )}
      <p className="unseen" role="status">
        {announcement}
      </p>
    </section>
  )
}

function Columns({ kind, mayRemove }: { readonly kind: Kind; readonly mayRemove: boolean }) {
  return (
    <colgroup>
      {kind.columns.map(({ heading, width }) => (
        <col key={heading} style={width === undefined ? undefined : { width }} />
      ))}
      {mayRemove && <col style={{ width: '28px' }} />}
    </colgroup>
  )
}

/** "12 in all, 7 ready, 1 fault". */
function summaryOf({ counted = [] }: Pick<Kind, 'counted'>, rows: readonly AnyRow[]): string {
  if (rows.length === 0) return 'None yet'
  const numbers = counted
    .map((status) => [rows.filter((row) => row['status'] === status).length, status] as const)
    .filter(([number]) => number > 0)
  return [`${rows.length} in all`, ...numbers.map(([number, status]) => `${number} ${status}`)].join(', ')
}

/** Id of the section, for links to it: `led-screens`. */
function sectionId({ many }: Pick<Kind, 'many'>): string {
  return inSentence(many).toLowerCase().replaceAll(' ', '-')
}
