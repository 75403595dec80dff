/** Turns a snake_case or kebab-case name into camelCase: `led_screen_id` → `ledScreenId`. */
export function camelCase(name: string): string {
  const words = name
    .replace(/^[_-]+/, '')
    .replace(/[_-]+([A-Za-z0-9])?/g, (_, letter: string = '') => letter.toUpperCase())
  return words.charAt(0).toLowerCase() + words.slice(1)
}
