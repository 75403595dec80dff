/** Where a database differs from the declaration, as data; each with what can be done about it. */

type DriftKind =
  | 'not_a_table'
  | 'missing_column'
  | 'wrong_type'
  | 'virtual_column'
  | 'id_not_unique'
  | 'id_ignores_case'
  | 'nullability'
  | 'unfilled_column'
  | 'enum_values'
  | 'trigger_after_stamp'
  | 'trigger_before_log'
  | 'trigger_disabled'
  | 'partition_uncaptured'
  | 'type_changed'
  | 'row_security'
  | 'wrong_room'
  | 'unsettled_room'
  | 'not_migrated'
  | 'not_declared'
  | 'missing_table'

export interface Drift {
  readonly kind: DriftKind
  readonly table: string
  readonly column?: string
  /** Fact, value and remedy, in sentences. */
  readonly message: string
  /** True when capture or writing could not work: nothing is migrated before it is resolved. */
  readonly isBlocking: boolean
}

/** Thrown when a migration cannot be made as the declaration says, or a server not be started; nothing was changed. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
  declare readonly drift: readonly Drift[]

  constructor(drift: readonly Drift[], what: 'changed' | 'started' = 'changed') {
    super(
      `The database does not fit the declaration, and nothing was ${what}:\n${drift.map(({ message }) => `  - ${message}`).join('\n')}`,
    )
    // Not enumerable: Node would print its texts a second time below the message.
    Object.defineProperty(this, 'drift', { value: drift })
  }
}
