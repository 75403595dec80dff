/** Fields that name another record: a piece of equipment, an end of a connection, a cable snake. */
import { useMemo } from 'react'
import type { Cell } from '../entities/kind.ts'
import { ChoiceField } from '../fields/choice-field.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { useDevices } from '../sync/devices.tsx'
import { useQuery, useRecord } from '../sync/hooks.ts'
import type { AnyRow, Equipment } from '../sync/rows.ts'
import type { CellProps } from './cell-view.tsx'

type Of<Type extends Cell['type']> = CellProps<Extract<Cell, { type: Type }>>

export function EquipmentChoice({ cell, model, row, name, className }: Of<'equipment'>) {
  const { crew } = useCrew()
  const { data } = useQuery('equipment', {
    where: { category: cell.category as Equipment['category'] },
    orderBy: ['manufacturer', 'name'],
  })
  const options = useMemo(() => data.map((one) => ({ value: one.id, label: labelOf(one) })), [data])
  const value = String(row[cell.field] ?? '')
  const piece = useRecord('equipment', value === '' ? undefined : value).data
  const known = options.some((option) => option.value === value)
  // Its category may have changed; one that is deleted has an id that would say nothing to anybody.
  const other =
    value === '' || known ? [] : [{ value, label: piece ? labelOf(piece) : 'No longer in the library' }]
  return (
    <ChoiceField
      label={`${cell.label} of ${name}`}
      value={value}
      options={[{ value: '', label: 'Not from the library' }, ...options, ...other]}
      className={`is-reference ${other.length > 0 && !piece ? 'is-missing ' : ''}${className ?? ''}`}
      save={(id) => crew.update(model, row.id, { [cell.field]: id === '' ? null : id })}
    />
  )
}

function labelOf({ manufacturer, name }: Equipment): string {
  return `${manufacturer} ${name}`.trim()
}

export function DeviceChoice({ cell, model, row, name, className }: Of<'device'>) {
  const { crew } = useCrew()
  const value = String(row[cell.field] ?? '')
  const { byId, groups } = useDevices()
  // The device is deleted; its id would say nothing to anybody.
  const missing = value !== '' && !byId.has(value) ? [{ value, label: 'No longer there' }] : []
  const isLoop = cell.field === 'toId' && value !== '' && value === row['fromId']
  const choice = (
    <ChoiceField
      label={`${cell.label}, ${name}`}
      value={value}
      options={[{ value: '', label: 'Not connected' }, ...missing]}
      many={{ groups, labelOf: (id) => byId.get(id)?.name }}
      className={`is-reference ${missing.length > 0 ? 'is-missing ' : ''}${className ?? ''}`}
      save={(id) => crew.update(model, row.id, { [cell.field]: id })}
    />
  )
  if (!isLoop) return choice
  return (
    <>
      {choice}
      <span className="derived is-too-many">Leads back to itself</span>
    </>
  )
}

export function SnakeChoice({ cell, model, row, name, className }: Of<'snake'>) {
  const { crew } = useCrew()
  const productionId = String(row['productionId'])
  const { data } = useQuery('cableSnake', { where: { productionId }, orderBy: 'sortOrder' })
  const value = String(row[cell.field] ?? '')
  const missing =
    value !== '' && !data.some(({ id }) => id === value) ? [{ value, label: 'No longer there' }] : []
  return (
    <ChoiceField
      label={`${cell.label}, ${name}`}
      value={value}
      options={[
        { value: '', label: 'Own cable' },
        ...data.map((snake) => ({ value: snake.id, label: snake.name })),
        ...missing,
      ]}
      className={`is-reference ${className ?? ''}`}
      save={(id) => crew.update(model, row.id, { [cell.field]: id })}
    />
  )
}

/** "6 taken", and a warning when there are not so many. */
export function CoresTaken({ snake }: { readonly snake: AnyRow }) {
  const productionId = String(snake['productionId'])
  const { data } = useQuery('connection', { where: { productionId, snakeId: snake.id } })
  const isTooMany = data.length > Number(snake['cores'])
  return (
    <span className={`derived${isTooMany ? ' is-too-many' : ''}`}>
      {data.length} taken{isTooMany && ', too many'}
    </span>
  )
}
