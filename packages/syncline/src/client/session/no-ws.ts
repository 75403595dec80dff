/** What bundles for browsers have instead of `import-ws.ts`, by the `browser` field of package.json. */
export const importWs = (): undefined => undefined
