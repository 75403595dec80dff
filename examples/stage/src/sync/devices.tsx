/** All devices of a production, of whatever kind: what connections lead from and to. */
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { kindOf } from '../entities/kinds.ts'
import type { OptionGroup } from '../fields/option-groups.tsx'
import { nameOf } from '../entities/kind.ts'
import { useQuery } from './hooks.ts'
import type { AnyRow, Connection, ListedModel } from './rows.ts'

/** Models that a signal runs through, in the order in which it does. */
export const deviceModels = [
  'camera',
  'source',
  'mediaServer',
  'ccu',
  'router',
  'switcher',
  'send',
  'ledScreen',
  'projectionScreen',
  'record',
  'stream',
] as const satisfies readonly ListedModel[]

export type DeviceModel = (typeof deviceModels)[number]

export interface Device {
  readonly id: string
  readonly model: DeviceModel
  readonly name: string
  readonly row: AnyRow
}

export interface Devices {
  /** In the order of `deviceModels`, and within a model as people have put them. */
  readonly all: readonly Device[]
  readonly byId: ReadonlyMap<string, Device>
  /** By kind, to choose from. There may be thousands: they are put together when somebody asks for them. */
  groups(): readonly OptionGroup[]
}

const Context = createContext<Devices>({ all: [], byId: new Map(), groups: () => [] })

/** Reads the devices once for all that is below. */
export function DevicesProvider({
  productionId,
  children,
}: {
  readonly productionId: string
  readonly children: ReactNode
}) {
  const lists = useDeviceLists(productionId)
  const devices = useMemo(() => {
    const all = deviceModels.flatMap((model, index) =>
      (lists[index] ?? []).map((row): Device => ({ id: row.id, model, name: nameOf(row), row })),
    )
    let groups: readonly OptionGroup[] | undefined
    return {
      all,
      byId: new Map(all.map((device) => [device.id, device])),
      groups: () => (groups ??= groupsOf(all)),
    }
    // Each list is the same until it changes, and there are always as many.
  }, lists)
  return <Context value={devices}>{children}</Context>
}

export function useDevices(): Devices {
  return useContext(Context)
}

function groupsOf(all: readonly Device[]): readonly OptionGroup[] {
  return deviceModels
    .map((model) => ({
      label: kindOf[model].many,
      options: all
        .filter((device) => device.model === model)
        .map(({ id, name }) => ({ value: id, label: name })),
    }))
    .filter(({ options }) => options.length > 0)
}

/** "Camera 1 to CCU 1". */
export function connectionName(
  { fromId, toId }: Pick<Connection, 'fromId' | 'toId'>,
  { byId }: Devices,
): string {
  const name = (id: string) => byId.get(id)?.name ?? 'nothing'
  return `${name(fromId)} to ${name(toId)}`
}

/** What a device is, in a word: "LED screen". */
export function kindName(model: DeviceModel): string {
  return kindOf[model].one
}

function useDeviceLists(productionId: string): readonly (readonly AnyRow[])[] {
  const options = { where: { productionId }, orderBy: 'sortOrder' } as const
  return [
    useQuery('camera', options).data,
    useQuery('source', options).data,
    useQuery('mediaServer', options).data,
    useQuery('ccu', options).data,
    useQuery('router', options).data,
    useQuery('switcher', options).data,
    useQuery('send', options).data,
    useQuery('ledScreen', options).data,
    useQuery('projectionScreen', options).data,
    useQuery('record', options).data,
    useQuery('stream', options).data,
  ]
}
