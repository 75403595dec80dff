/** The equipment library of the demo: what the hire store of the crew has on its shelves. */

/** Key, manufacturer, name, category, inputs, outputs, quantity, note. */
type SeedEquipment = readonly [
  key: string,
  manufacturer: string,
  name: string,
  category: string,
  inputs: number,
  outputs: number,
  quantity: number,
  note: string,
]

export const seedEquipment: readonly SeedEquipment[] = [
  ['hdc-3500', 'Sony', 'HDC-3500', 'Camera', 0, 1, 14, 'Fibre heads; two are away for service'],
  ['ldx-150', 'Grass Valley', 'LDX 150', 'Camera', 0, 1, 8, 'High speed licence on four'],
  ['fx6', 'Sony', 'ILME-FX6', 'Camera', 0, 1, 6, 'For remote heads'],
  ['hdcu-3500', 'Sony', 'HDCU-3500', 'CCU', 1, 4, 14, ''],
  ['xcu-universe', 'Grass Valley', 'XCU Universe', 'CCU', 1, 4, 8, ''],
  ['rcp-hub', 'Skaarhoj', 'RCP Pro', 'CCU', 1, 1, 5, 'Shades the remote heads over the network'],
  ['xt-via', 'EVS', 'XT-VIA', 'Playback', 8, 4, 2, '12 channels in HD'],
  ['vx4', 'disguise', 'vx 4+', 'Playback', 4, 4, 4, 'Always hired in pairs'],
  ['pixera-quad', 'AV Stumpfl', 'PIXERA one quad', 'Playback', 0, 4, 2, ''],
  ['xvs-g1', 'Sony', 'XVS-G1', 'Switcher', 40, 24, 1, 'In the truck'],
  ['carbonite-ultra', 'Ross', 'Carbonite Ultra', 'Switcher', 36, 22, 2, 'Flight case with its own screen'],
  ['e2', 'Barco', 'E2', 'Switcher', 32, 16, 1, 'Check the fan filters before each show'],
  ['videohub-40', 'Blackmagic Design', 'Videohub 40×40 12G', 'Router', 40, 40, 3, ''],
  ['nv8144', 'Grass Valley', 'NV8144', 'Router', 144, 144, 1, 'In the truck'],
  ['sx40', 'Brompton', 'Tessera SX40', 'LED processor', 4, 8, 6, ''],
  ['mx40', 'Novastar', 'MX40 Pro', 'LED processor', 4, 20, 3, ''],
  ['udx-4k32', 'Barco', 'UDX-4K32', 'Projector', 4, 0, 6, '31,000 lumens, lamp hours on the door'],
  ['rq35k', 'Panasonic', 'PT-RQ35K', 'Projector', 4, 0, 4, ''],
  ['ki-pro-ultra', 'AJA', 'Ki Pro Ultra 12G', 'Recorder', 4, 4, 8, 'Four channels in HD'],
  ['hyperdeck', 'Blackmagic Design', 'HyperDeck Studio 4K Pro', 'Recorder', 1, 2, 10, ''],
  ['makito-x4', 'Haivision', 'Makito X4', 'Encoder', 4, 2, 4, 'Two power supplies each'],
  ['elemental-link', 'AWS', 'Elemental Link UHD', 'Encoder', 1, 1, 3, ''],
  ['opticalcon-12', 'Neutrik', 'opticalCON MTP 12', 'Cable', 12, 12, 9, '300 m drums'],
  ['sdi-loom-8', 'Belden', '1694A loom, 8 ways', 'Cable', 8, 8, 16, '50 m'],
]
