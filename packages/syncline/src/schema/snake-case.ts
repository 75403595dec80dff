/**
 * Turns a camelCase name into the column name it stands for: `ledScreen2Id` → `led_screen2_id`, `URLName` → `url_name`.
 *
 * A word begins at a capital that follows a small letter or a digit, and at the last capital of a run that a
 * small letter follows. Digits belong to the word before them.
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}
