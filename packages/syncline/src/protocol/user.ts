/** Who is asking: what `authenticate` returns. Further properties are the application's, readable in access rules. */
export interface User {
  readonly id: string
  readonly name?: string
  readonly [property: string]: unknown
}
