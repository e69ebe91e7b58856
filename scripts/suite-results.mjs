// Results of CPython's own test suites, test by test, and what of them differs. Pure. Used by scripts/suites.mjs.

/** What a test that one of two runs does not name came to. A test with a failed subtest is not named either. */
export const ABSENT = 'no result';
/** The suite as a whole, beside its tests: how it exited, which also tells that a test left something behind. */
export const EXIT = '(exit)';

const CASE = /<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs;
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#10': '\n', '#09': '\t', '#13': '\r' };
const plainText = (text) => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
const attribute = (attributes, name) => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes);
  return found === null ? null : plainText(found[1]);
};

/**
 * The JUnit report of `python -m test --junit-xml`: Map of test id to outcome ('ok', 'fail', 'error', 'skip', 'expected
 * failure', 'unexpected success'). An id that ran several times has its outcomes in order of the alphabet, with commas.
 */
export function readResults(xml) {
  const all = new Map();
  for (const [, attributes, inside = ''] of xml.matchAll(CASE)) {
    const id = attribute(attributes, 'name');
    if (id === null) continue;
    const outcomes = all.get(id) ?? [];
    outcomes.push(outcomeOf(attributes, inside));
    all.set(id, outcomes);
  }
  return new Map([...all].map(([id, outcomes]) => [id, outcomes.sort().join(',')]));
}

function outcomeOf(attributes, inside) {
  if (attribute(attributes, 'outcome') === 'UNEXPECTED_SUCCESS' || /<outcome>/.test(inside))
    return 'unexpected success';
  if (/<failure\b/.test(inside)) return 'fail';
  if (/<error\b/.test(inside)) return 'error';
  if (/<skipped\b/.test(inside)) return 'skip';
  return /<output\b/.test(inside) ? 'expected failure' : 'ok';
}

/** [{ id, plain, recorded }] of tests whose outcome is not the same in two such maps, by id. */
export function differences(plain, recorded) {
  const ids = [...new Set([...plain.keys(), ...recorded.keys()])].sort();
  return ids
    .map((id) => ({ id, plain: plain.get(id) ?? ABSENT, recorded: recorded.get(id) ?? ABSENT }))
    .filter((one) => one.plain !== one.recorded);
}

/**
 * What to think of a test that differed, from all its outcomes: those of `whole` runs of its suite and those of runs `alone`,
 * each { plain: [], recorded: [] }. 'differs' when, whole or alone, no outcome recorded was ever seen plain; else 'unsteady'.
 */
export function judge(whole, alone) {
  const apart = ({ plain, recorded }) =>
    plain.length > 0 && recorded.length > 0 && !recorded.some((outcome) => plain.includes(outcome));
  return apart(whole) || apart(alone) ? 'differs' : 'unsteady';
}

/** `5 ok, 2 skip` of a map of outcomes. */
export function countText(results) {
  const counts = new Map();
  for (const outcome of [...results.values()].flatMap((text) => text.split(',')))
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'no test';
}
