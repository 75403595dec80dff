/** Words for dates, numbers and choices. */

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `12 Oct 2026` */
export function formatDay(iso: string): string {
  return day.format(new Date(iso))
}

/** `1 member`, `4 members` */
export function countMembers(count: number): string {
  return count === 1 ? '1 member' : `${count} members`
}

/** `Team` */
export function titled(choice: string): string {
  return choice.charAt(0).toUpperCase() + choice.slice(1)
}
