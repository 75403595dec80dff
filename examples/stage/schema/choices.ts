/** The values that fields with a choice take, in the order in which a page offers them. */

/** Where a production stands. */
export const productionStatuses = ['planning', 'load-in', 'show', 'wrapped'] as const

/** What a camera can be, in the order in which a show goes. */
export const cameraStatuses = ['standby', 'ready', 'live', 'fault'] as const

/** How far a device is. */
export const deviceStatuses = ['planned', 'rigged', 'ready', 'fault'] as const

/** What a recorder is doing. */
export const recordStatuses = ['idle', 'armed', 'recording', 'fault'] as const

/** What a stream is doing. */
export const streamStatuses = ['offline', 'ready', 'live', 'fault'] as const

export const sourceTypes = ['Playback', 'Graphics', 'Computer', 'Clock', 'Feed', 'Wireless'] as const

export const sendTypes = ['Program', 'Preview', 'Clean', 'Aux', 'Multiview'] as const

export const cables = ['SDI', 'Fibre', 'Triax', 'HDMI', 'Network', 'Radio'] as const

export const memberRoles = ['crew', 'viewer'] as const

/** What the library sorts equipment by. */
export const equipmentCategories = [
  'Camera',
  'CCU',
  'Playback',
  'Switcher',
  'Router',
  'LED processor',
  'Projector',
  'Recorder',
  'Encoder',
  'Cable',
] as const
