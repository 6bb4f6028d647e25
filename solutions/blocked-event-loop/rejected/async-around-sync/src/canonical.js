export async function canonicalText(value) {
  return canonicalJson(value);
}

/**
 * Canonical JSON: members in order of their names, no white space, so that the same
 * document has the same bytes wherever it was written. Whole numbers only.
 */
export function canonicalJson(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).sort(byName);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function byName([left], [right]) {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
