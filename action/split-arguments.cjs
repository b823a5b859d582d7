// Words of a command line as a shell parts them, and nothing else that a shell does: no variables, no commands, no globs.

/** POSIX 2.2: `'…'` is what it says, `\` takes the next character as it is, `"…"` lets it do so before `" \ $` and a backtick. */
function splitArguments(text) {
  const words = []
  let word = null
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    const next = text[at + 1]
    if (quote !== '' && letter === quote) quote = ''
    else if (quote === "'") word += letter
    else if (letter === '\\' && next !== undefined && (quote === '' || /["\\$`]/.test(next))) {
      word = (word ?? '') + next
      at++
    } else if (quote === '' && (letter === '"' || letter === "'")) {
      quote = letter
      word ??= ''
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + letter
  }
  if (quote !== '') throw new Error(`args: a ${quote} without its end`)
  return word === null ? words : [...words, word]
}

module.exports = { splitArguments }
