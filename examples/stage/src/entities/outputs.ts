/** Sends, screens, records, streams. */
import { recordStatuses, sendTypes, streamStatuses } from '../../schema/choices.ts'
import { editedColumn, equipment, name, noteColumn, number, statusColumn, text } from './cells.ts'
import type { Kind } from './kind.ts'

export const sends: Kind = {
  model: 'send',
  tab: 'outputs',
  one: 'Send',
  many: 'Sends',
  hint: 'What leaves the switcher: program, clean feed, auxiliaries.',
  columns: [
    { heading: 'Send', width: '24%', cells: [name] },
    {
      heading: 'Type',
      width: '18%',
      cells: [{ type: 'choice', field: 'type', label: 'Type', values: sendTypes }],
    },
    { heading: 'Format', width: '16%', cells: [text('format', 'Format')] },
    editedColumn,
    noteColumn,
  ],
}

export const ledScreens: Kind = {
  model: 'ledScreen',
  tab: 'outputs',
  one: 'LED screen',
  many: 'LED screens',
  hint: 'Walls of LED tiles, with their processors.',
  counted: ['ready', 'fault'],
  columns: [
    { heading: 'LED screen', width: '20%', cells: [name, text('location', 'Location', 'Where it stands')] },
    { heading: 'Processor', width: '17%', cells: [equipment('LED processor'), text('pitch', 'Pitch')] },
    { heading: 'Wide', width: '76px', cells: [number('widthPx', 'Width in pixels', 'px')] },
    { heading: 'High', width: '76px', cells: [number('heightPx', 'Height in pixels', 'px')] },
    {
      heading: 'Light',
      width: '68px',
      cells: [{ type: 'counter', field: 'brightness', label: 'Brightness', unit: '%' }],
    },
    statusColumn(),
    noteColumn,
  ],
}

export const projectionScreens: Kind = {
  model: 'projectionScreen',
  tab: 'outputs',
  one: 'Projection screen',
  many: 'Projection screens',
  hint: 'Screens and the projectors that light them.',
  counted: ['ready', 'fault'],
  columns: [
    {
      heading: 'Projection screen',
      width: '24%',
      cells: [name, text('location', 'Location', 'Where it stands')],
    },
    { heading: 'Projector', width: '18%', cells: [equipment('Projector'), text('lens', 'Lens')] },
    { heading: 'Size', width: '14%', cells: [text('size', 'Size')] },
    statusColumn(),
    noteColumn,
  ],
}

export const records: Kind = {
  model: 'record',
  tab: 'outputs',
  one: 'Record',
  many: 'Records',
  hint: 'What is kept, and on what.',
  counted: ['recording', 'armed', 'fault'],
  columns: [
    { heading: 'Record', width: '24%', cells: [name, text('medium', 'Medium')] },
    { heading: 'Recorder', width: '23%', cells: [equipment('Recorder'), text('codec', 'Codec')] },
    statusColumn(recordStatuses),
    noteColumn,
  ],
}

export const streams: Kind = {
  model: 'stream',
  tab: 'outputs',
  one: 'Stream',
  many: 'Streams',
  hint: 'What goes out over a network.',
  counted: ['live', 'ready', 'fault'],
  columns: [
    { heading: 'Stream', width: '24%', cells: [name, text('address', 'Address')] },
    { heading: 'Encoder', width: '20%', cells: [equipment('Encoder'), text('platform', 'Platform')] },
    { heading: 'kbit/s', width: '84px', cells: [number('bitrateKbps', 'Bit rate in kbit/s')] },
    statusColumn(streamStatuses),
    noteColumn,
  ],
}
