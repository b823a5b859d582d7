/** What the page's own script has to know beside the rows. */
export interface PageFacts {
  /** What a download is named after. */
  readonly name: string
  /** Rows of the run. */
  readonly total: number
  /** Not all of them are here. */
  readonly isPart: boolean
}
