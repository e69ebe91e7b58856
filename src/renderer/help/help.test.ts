/** The table of words holds together, and the drawings show what they say: by the shapes that the timeline's own functions drew. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState } from '../../shared/contract/types.ts';
import { toXml } from '../../shared/draw/svg.ts';
import { TEST_INK } from '../timeline/testing/recordingContext.ts';
import { drawScene, intervalsOf } from './draw.ts';
import { SCENES, STEPS } from './scenes.ts';
import { GROUPS, searchWords, WORD_IDS, WORDS, type WordId } from './words.ts';

const drawn = (word: WordId) => drawScene(SCENES[word], (slot) => `colour${slot}`, TEST_INK);
const xml = (word: WordId) => drawn(word).nodes.map(toXml).join('');
/** A path that is rounded on the right, as a voluntary end is. */
const ROUND = /<path fill="colour1" d="[^"]*a[\d.]+ /;

describe('the table of words', () => {
  it('leads on from each word to others, never to itself', () => {
    for (const id of WORD_IDS) {
      const { related } = WORDS[id];
      expect(related.length, id).toBeGreaterThan(0);
      expect(new Set(related).size, id).toBe(related.length);
      expect(related, id).not.toContain(id);
    }
  });

  it('can be reached as a whole by following links from any word', () => {
    for (const first of WORD_IDS) {
      const seen = new Set<WordId>([first]);
      for (const id of seen) for (const next of WORDS[id].related) seen.add(next);
      expect(seen.size, first).toBe(WORD_IDS.length);
    }
  });

  it('is short in tips, and says of each how it is measured', () => {
    for (const id of WORD_IDS) {
      const { short, measured, group, title } = WORDS[id];
      expect(short.length, id).toBeLessThan(230);
      expect(measured.length, id).toBeGreaterThan(20);
      expect(GROUPS).toContain(group);
      expect(title, id).not.toBe('');
    }
  });

  it('has every word that is asked about anywhere in the window', () => {
    const root = resolve(import.meta.dirname, '..');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
    const asked = files.flatMap((name) =>
      [...readFileSync(join(root, name), 'utf8').matchAll(/<(?:Term|TermTip|HelpMark)\s+word="([^"]*)"/g)].map(
        (m) => m[1],
      ),
    );
    for (const word of asked) expect(WORD_IDS).toContain(word);
  });
});

describe('searching', () => {
  it('finds by title first, then by other names, then by what is said', () => {
    expect(searchWords('wait')[0]).toBe('wait');
    expect(searchWords('preempted')[0]).toBe('pre-empted');
    expect(searchWords('deadlock')).toEqual(['gil']);
    expect(searchWords('asyncio')).toContain('threads-or-processes');
    expect(searchWords('smaps no such word')).toEqual([]);
  });

  it('shows all in their order when nothing is searched for', () => {
    expect(searchWords(' ')).toEqual([...WORD_IDS]);
  });
});

describe('drawings', () => {
  it('have lanes of one length, in which nobody holds the same GIL at the same time', () => {
    for (const id of WORD_IDS) {
      const { lanes, plain } = SCENES[id];
      for (const lane of lanes) expect(lane.steps, `${id} ${lane.name}`).toHaveLength(STEPS);
      if (plain === true) continue;
      for (let at = 0; at < STEPS; at++) {
        const holders = lanes.filter((lane) =>
          intervalsOf(lane).some((one) => one.state === ThreadState.hold && one.start <= at && at < one.end),
        );
        expect(new Set(holders.map((lane) => lane.gil)).size, `${id} at ${at}`).toBe(holders.length);
      }
    }
  });

  it('let a thread wait only while somebody holds', () => {
    for (const id of WORD_IDS) {
      const { lanes, plain } = SCENES[id];
      if (plain === true) continue;
      const holds = lanes.flatMap((lane) =>
        intervalsOf(lane).flatMap((one) => (one.state === ThreadState.hold ? [{ ...one, gil: lane.gil }] : [])),
      );
      for (const lane of lanes)
        for (const wait of intervalsOf(lane).filter((one) => one.state === ThreadState.wait))
          for (let at = wait.start; at < wait.end; at++)
            if (lanes.filter((other) => other.gil === lane.gil).length > 1)
              expect(
                holds.some((hold) => hold.gil === lane.gil && hold.start <= at && at < hold.end),
                `${id} ${lane.name} at ${at}`,
              ).toBe(true);
    }
  });

  it('read signs as intervals', () => {
    expect(intervalsOf({ name: '', slot: 1, gil: 0, steps: '##]//=-::#)##' })).toEqual([
      { start: 0, end: 3, state: ThreadState.hold, flags: IntervalFlag.preempted },
      { start: 3, end: 5, state: ThreadState.wait, flags: 0 },
      { start: 5, end: 6, state: ThreadState.running, flags: 0 },
      { start: 6, end: 7, state: ThreadState.blocked, flags: 0 },
      { start: 7, end: 9, state: ThreadState.blocked, flags: IntervalFlag.lock },
      { start: 9, end: 11, state: ThreadState.hold, flags: IntervalFlag.voluntary },
      { start: 11, end: 13, state: ThreadState.hold, flags: IntervalFlag.open },
    ]);
  });

  it('show a hold solid in the thread’s colour and a wait hatched over a base line', () => {
    expect(xml('hold')).toContain('fill="colour1"');
    expect(xml('wait')).toContain('fill="hatch"');
    expect(xml('wait')).toContain('fill="wait"');
    expect(xml('hold')).not.toContain('fill="hatch"');
  });

  it('show released time dashed where it runs and as a line where it is blocked', () => {
    expect(xml('released')).toContain('stroke-dasharray="3 2"');
    expect(xml('released')).toMatch(/fill="colour1" fill-opacity="0.24"/);
    expect(xml('released')).toMatch(/fill="muted" fill-opacity="0.45"/);
  });

  it('end a voluntary hold round and a pre-empted one square', () => {
    expect(xml('voluntary')).toMatch(ROUND);
    expect(xml('pre-empted')).not.toMatch(ROUND);
  });

  it('change the colour of the strip at a switch', () => {
    const [first] =
      /<g .*?<path fill="colour1" d="[^"]*"\/><path fill="colour2" d="[^"]*"\/><path fill="colour1"/.exec(
        xml('switch'),
      ) ?? [];
    expect(first).toBeDefined();
  });

  it('fit into their boxes', () => {
    for (const id of WORD_IDS) {
      const { width, height, nodes } = drawn(id);
      expect(nodes.length, id).toBeGreaterThan(0);
      expect(width, id).toBeLessThanOrEqual(316);
      expect(height, id).toBeLessThan(140);
    }
  });
});
