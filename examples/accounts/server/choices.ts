/** What may be chosen, in the order in which it is offered. */

export const accountTypes = ['personal', 'team', 'company'] as const

export const memberRoles = ['owner', 'admin', 'member'] as const

export type MemberRole = (typeof memberRoles)[number]
