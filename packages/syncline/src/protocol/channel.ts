/**
 * Channel names: `Production:42` (room), `Production:mine`, `Lens:all`, `Account:7/account_users` (collection).
 *
 * A name is split at its first `:`; an id is percent-encoded, so that it may hold `:`, `/` and `%`. Only the spelling
 * that `formatChannel` gives is a name: the frames of a room carry one name for all its members.
 */

export type Channel =
  | { readonly form: 'room'; readonly model: string; readonly id: string }
  | { readonly form: 'mine'; readonly model: string }
  | { readonly form: 'all'; readonly model: string }
  | { readonly form: 'collection'; readonly model: string; readonly id: string; readonly collection: string }

/** Reads a name; `model` is in PascalCase and not looked up. Null when it is no channel's name. */
export function parseChannel(name: string): Channel | null {
  const colon = name.indexOf(':')
  const model = name.slice(0, colon)
  if (colon < 1 || !/^[A-Z][A-Za-z0-9]*$/.test(model)) return null
  const rest = name.slice(colon + 1)
  if (rest === 'mine') return { form: 'mine', model }
  if (rest === 'all') return { form: 'all', model }
  const slash = rest.indexOf('/')
  const id = decodeId(slash === -1 ? rest : rest.slice(0, slash))
  if (id === null) return null
  if (slash === -1) return { form: 'room', model, id }
  const collection = rest.slice(slash + 1)
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(collection) ? { form: 'collection', model, id, collection } : null
}

/** Writes a name. */
export function formatChannel(channel: Channel): string {
  if (channel.form === 'mine' || channel.form === 'all') return `${channel.model}:${channel.form}`
  const room = `${channel.model}:${encodeId(channel.id)}`
  return channel.form === 'room' ? room : `${room}/${channel.collection}`
}

/** The name of a room: `roomChannel('Production', 'a b')` is `Production:a%20b`. */
export function roomChannel(model: string, id: string): string {
  return `${model}:${encodeId(id)}`
}

// A text id may be `mine` or `all`, which name other channels: its first letter is then percent-encoded too.
function encodeId(id: string): string {
  if (id === 'mine') return '%6Dine'
  return id === 'all' ? '%61ll' : encodeURIComponent(id)
}

function decodeId(text: string): string | null {
  try {
    const id = decodeURIComponent(text)
    return id !== '' && encodeId(id) === text ? id : null
  } catch {
    return null
  }
}
