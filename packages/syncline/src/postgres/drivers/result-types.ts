/**
 * How result columns reach the code, the same from every driver.
 *
 * Numbers that JavaScript holds exactly are numbers, booleans are booleans, bytea is bytes; all else stays the text
 * that PostgreSQL sent: int8 and numeric keep their digits, timestamps their microseconds, and JSON is not parsed
 * only to be encoded again.
 */
import pg from 'pg'

type Parse = (text: string) => unknown

const asText: Parse = (text) => text
const asNumber: Parse = (text) => Number(text)
const asBoolean: Parse = (text) => text === 't'
const asBytes: Parse = (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex'))

// The package's types describe an older form of its array parser.
const arrays = pg.types.arrayParser as unknown as {
  create(text: string, parse: Parse): { parse(): unknown[] }
}
const arrayOf =
  (parse: Parse): Parse =>
  (text) =>
    arrays.create(text, parse).parse()

const BY_TYPE: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [16, asBoolean],
  [17, asBytes],
  [21, asNumber], // int2
  [23, asNumber], // int4
  [26, asNumber], // oid
  [700, asNumber], // float4
  [701, asNumber], // float8
  [1000, arrayOf(asBoolean)],
  [1005, arrayOf(asNumber)], // int2[]
  [1007, arrayOf(asNumber)], // int4[]
  [1016, arrayOf(asText)], // int8[]
  [1003, arrayOf(asText)], // name[]
  [1009, arrayOf(asText)], // text[]
  [1015, arrayOf(asText)], // varchar[]
  [1022, arrayOf(asNumber)], // float8[]
  [1028, arrayOf(asNumber)], // oid[]
  [2951, arrayOf(asText)], // uuid[]
])

/** Type parsers for `pg`, in the form that its clients take. */
export const resultTypes = {
  getTypeParser: (oid: number) => BY_TYPE.get(oid) ?? asText,
} as pg.CustomTypesConfig
