/** Whether an element stands in the window, or has been scrolled out of it. */
import { type RefObject, useEffect, useRef, useState } from 'react'

export function useInSight<Part extends Element>(): readonly [
  part: RefObject<Part | null>,
  isInSight: boolean,
] {
  const part = useRef<Part>(null)
  const [isInSight, setInSight] = useState(true)
  useEffect(() => {
    const { current } = part
    if (!current) return
    const observer = new IntersectionObserver((entries) => {
      setInSight(entries.at(-1)?.isIntersecting ?? true)
    })
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return [part, isInSight]
}
