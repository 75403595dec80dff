/** Settings of every session of ours, so that text forms do not depend on the role's or the database's defaults. */
const TEXT_FORMS: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  datestyle: 'ISO, YMD',
  intervalstyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  // Texts of the catalog are compared and matched: the definitions of triggers, the names of indexes.
  quote_all_identifiers: 'off',
}

/** The statement that prepares a session; `settings` are the holder's own, such as `jit: 'off'`. */
export function sessionStatement(settings: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...TEXT_FORMS, ...settings })
    .map(([name, value]) => `set ${name} = '${value.replaceAll("'", "''")}'`)
    .join('; ')
}
