/** What only developers are told of the provider; left out of production as `client/development.ts` is. */

/** Throws when a provider is given something else than a client. */
export function refuseOther(client: unknown): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      // That there is none is told by the hook that needs it.
      if (!client) return
      const { query, mutate, models } = client as Record<string, unknown>
      if (query && mutate) return
      const given = models ? 'a schema' : `of type ${typeof client}`
      throw new TypeError(
        `\`client\` of <SyncProvider> is no client but ${given}. Give it what createClient({ schema, url }) returns.`,
      )
    }
  } catch (error) {
    // That there is no `process`, in a browser without a bundler, is no mistake.
    if (error instanceof TypeError) throw error
  }
}
