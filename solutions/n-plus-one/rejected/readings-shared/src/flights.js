const underWay = new Map();

/**
 * What `read` reads, for everybody who asks for the same, by `key`, while it is being read. Nothing is kept: whoever asks after that has
 * it read anew.
 */
export function together(key, read) {
  const joined = underWay.get(key);
  if (joined) return joined;
  const flight = read().finally(() => underWay.delete(key));
  underWay.set(key, flight);
  return flight;
}
