/** The same error, saying what to do where it is a right that the server's role lacks. */
export function namingRights(error: unknown): unknown {
  const { code } = (error ?? {}) as { code?: unknown }
  if (code === '42501' && error instanceof Error) {
    error.message +=
      '. The role that this server connects as may not use what `npx syncline migrate` made in the database. Connect as the role that migrated, or give this one its rights (grant <the role that migrated> to <this role>).'
  }
  return error
}
