/** Resolves when the work has ended, well or badly, or after `ms`. */
export async function atMostFor(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  const ended = work.then(
    () => {},
    () => {},
  )
  await Promise.race([ended, late])
  clearTimeout(timer)
}
