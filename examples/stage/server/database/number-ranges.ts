/**
 * Bounds of the numbers that people write. The page and the schema refuse what is beyond them; the database also what
 * steps of several people add up to, and what other programs write.
 */

/** What was written before there were bounds becomes the nearest number within them: its record must stay writable. */
const bounded = (table: string, column: string, from: number, to: number) => [
  `update ${table} set ${column} = least(greatest(${column}, ${from}), ${to})
    where ${column} not between ${from} and ${to}`,
  `alter table ${table} add constraint ${table}_${column}_range check (${column} between ${from} and ${to})`,
]

export const numberRanges: readonly string[] = [
  ...bounded('cameras', 'zoom', 1, 200),
  ...bounded('media_servers', 'outputs', 0, 64),
  ...bounded('led_screens', 'width_px', 0, 32_768),
  ...bounded('led_screens', 'height_px', 0, 32_768),
  ...bounded('led_screens', 'brightness', 0, 100),
  ...bounded('streams', 'bitrate_kbps', 0, 400_000),
  ...bounded('switchers', 'inputs', 0, 1_152),
  ...bounded('switchers', 'outputs', 0, 1_152),
  ...bounded('switchers', 'mix_effects', 0, 16),
  ...bounded('routers', 'inputs', 0, 1_152),
  ...bounded('routers', 'outputs', 0, 1_152),
  ...bounded('cable_snakes', 'cores', 1, 288),
  ...bounded('cable_snakes', 'length_m', 0, 10_000),
  ...bounded('equipment', 'inputs', 0, 1_152),
  ...bounded('equipment', 'outputs', 0, 1_152),
  ...bounded('equipment', 'quantity', 0, 10_000),
]
