import * as v from 'valibot'

/** What a subscription delivers. */
export const want = v.pipe(
  v.picklist(['rows', 'markers']),
  v.description('"rows" (the default) or "markers"'),
)
