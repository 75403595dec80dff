import * as v from 'valibot'
import { tokenText } from './wire-values.ts'

/** Renews the authentication of a live connection. */
export const token = v.strictObject({
  type: v.literal('token'),
  token: v.pipe(tokenText, v.description('a fresh token of the same user')),
})

export type Token = v.InferOutput<typeof token>
