/** Cameras, control units, sources, media servers. */
import { cameraStatuses, sourceTypes } from '../../schema/choices.ts'
import { equipment, name, noteColumn, number, statusColumn, text } from './cells.ts'
import type { Kind } from './kind.ts'

export const cameras: Kind = {
  model: 'camera',
  tab: 'floor',
  one: 'Camera',
  many: 'Cameras',
  hint: 'No cameras yet. The first one goes here:',
  counted: ['live', 'ready', 'fault'],
  columns: [
    { heading: 'Camera', width: '24%', cells: [name, text('position', 'Position', 'Where it stands')] },
    { heading: 'Operator', width: '23%', cells: [text('operator', 'Operator'), text('lens', 'Lens')] },
    { heading: 'Zoom', width: '64px', cells: [{ type: 'counter', field: 'zoom', label: 'Zoom' }] },
    statusColumn(cameraStatuses),
    noteColumn,
  ],
}

export const sources: Kind = {
  model: 'source',
  tab: 'inputs',
  one: 'Source',
  many: 'Sources',
  hint: 'Playback, graphics, laptops and incoming feeds go here.',
  counted: ['ready', 'fault'],
  columns: [
    { heading: 'Source', width: '24%', cells: [name, text('location', 'Location', 'Where it stands')] },
    {
      heading: 'Type',
      width: '18%',
      cells: [
        { type: 'choice', field: 'type', label: 'Type', values: sourceTypes },
        text('format', 'Format'),
      ],
    },
    statusColumn(),
    noteColumn,
  ],
}

export const ccus: Kind = {
  model: 'ccu',
  tab: 'inputs',
  one: 'CCU',
  many: 'CCUs',
  hint: 'Control units stand between cameras and the switcher.',
  counted: ['ready', 'fault'],
  columns: [
    { heading: 'CCU', width: '24%', cells: [name, text('location', 'Location', 'Where it stands')] },
    { heading: 'Equipment', width: '18%', cells: [equipment('CCU'), text('address', 'Address')] },
    statusColumn(),
    noteColumn,
  ],
}

export const mediaServers: Kind = {
  model: 'mediaServer',
  tab: 'inputs',
  one: 'Media server',
  many: 'Media servers',
  hint: 'Servers that play to screens go here.',
  counted: ['ready', 'fault'],
  columns: [
    { heading: 'Media server', width: '24%', cells: [name, text('showFile', 'Show file')] },
    { heading: 'Equipment', width: '18%', cells: [equipment('Playback'), text('software', 'Software')] },
    { heading: 'Outputs', width: '72px', cells: [number('outputs', 'Outputs')] },
    statusColumn(),
    noteColumn,
  ],
}
