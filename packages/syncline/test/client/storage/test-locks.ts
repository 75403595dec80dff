/** Locks as browsers have them: each held by one until it is let go, and everybody may ask which are held. */
export function testLocks(): LockManager {
  const held = new Set<string>()
  return {
    async request(name: string, _options: LockOptions, work: (lock: Lock | null) => Promise<unknown>) {
      if (held.has(name)) return await work(null)
      held.add(name)
      try {
        return await work({ name, mode: 'exclusive' })
      } finally {
        held.delete(name)
      }
    },
    query: async () => ({ held: [...held].map((name) => ({ name, mode: 'exclusive' })), pending: [] }),
  } as unknown as LockManager
}
