/** A page: what is shown at an address. */
export interface Page {
  readonly element: HTMLElement
  readonly title: string
  /** Ends what the page listens to. */
  close(): void
}
