// A list that is all there already, for those that read one in batches.

export async function* inOneBatch<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[], void> {
  yield items
}
