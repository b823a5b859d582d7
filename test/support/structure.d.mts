// What structure.mjs gives; it is no TypeScript so that it runs by itself, also on an older checkout.

export interface FunctionFact {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly lines: number
  readonly parameters: number
}

export interface FileFact {
  readonly file: string
  readonly lines: number
  /** Files by their path in the folder, packages by their name. */
  readonly imports: readonly string[]
  readonly functions: readonly FunctionFact[]
}

export function structureOf(folder: string): readonly FileFact[]
export function circlesOf(files: readonly FileFact[]): readonly (readonly string[])[]
export function median(numbers: readonly number[]): number
