import * as v from 'valibot'

/** One committed change of one record in one room. */
export const change = v.object({
  model: v.pipe(v.string(), v.description('the model, in camelCase')),
  id: v.pipe(v.string(), v.description("the record's id")),
  action: v.pipe(
    v.picklist(['create', 'update', 'delete', 'enter', 'leave']),
    v.description('`enter` and `leave`: the record moved into the room or out of it'),
  ),
  fields: v.optional(
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.description('the new values of the changed fields; the whole row for create and enter'),
    ),
  ),
  version: v.pipe(v.number(), v.description('the record version after the change')),
  fieldVersions: v.optional(
    v.pipe(
      v.record(v.string(), v.number()),
      v.description(
        'the version of each field, where they differ (a field not named has 1); absent: every field has `version`',
      ),
    ),
  ),
  at: v.pipe(v.string(), v.description('when it was written, ISO text')),
  actor: v.pipe(v.nullable(v.string()), v.description("the author's user id; null for a direct write")),
  source: v.pipe(v.string(), v.description('"app", or the database role of a direct write')),
  device: v.optional(
    v.pipe(v.string(), v.description('a keyed hash that only the device itself recognises')),
  ),
  op: v.optional(v.pipe(v.number(), v.description("the device's number of the op; for its own device only"))),
})

export type Change = v.InferOutput<typeof change>
