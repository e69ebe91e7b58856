import { describe, expect, test } from 'vitest';
import type { GilInfo, ProcessInfo, SessionInfo } from './contract/types.ts';
import { attachedText, coverageText, endingOf, provenanceOf, stateLabel } from './provenance.ts';

const process = (more: Partial<ProcessInfo>) =>
  ({
    engine: 'exact',
    engineReason: null,
    events: 10,
    dropped: 0,
    exitCode: null,
    signal: null,
    lost: null,
    ...more,
  }) as ProcessInfo;
const gil = (switchesChecked: number, switchesCounted: number | null) =>
  ({ switches: switchesChecked + 10, switchesCounted, switchesChecked }) as GilInfo;
const session = (more: Partial<SessionInfo>) =>
  ({ processes: [], gils: [], threads: [], ...more }) as unknown as SessionInfo;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('provenance', () => {
  test('complete only when every counted switch was captured and nothing dropped', () => {
    const full = provenanceOf(session({ processes: [process({})], gils: [gil(97, 97), gil(3, 3)] }));
    expect(full).toMatchObject({ kind: 'exact', captured: 100, counted: 100, complete: true, events: 10 });
    expect(plain(coverageText(full))).toBe('100 of 100 switches');
    expect(provenanceOf(session({ processes: [process({})], gils: [gil(96, 97)] })).complete).toBe(false);
    expect(provenanceOf(session({ processes: [process({ dropped: 1 })], gils: [gil(97, 97)] })).complete).toBe(false);
  });
  test('one GIL does not hide what another one misses', () => {
    const found = provenanceOf(session({ processes: [process({})], gils: [gil(10, 10), gil(5, 10)] }));
    expect(found).toMatchObject({ captured: 15, counted: 20, complete: false });
  });
  test('estimated has no count, and tells why once', () => {
    const why = { engine: 'estimated', engineReason: 'no compiler' } as const;
    const p = provenanceOf(session({ processes: [process(why), process(why)], gils: [gil(5, null)] }));
    expect(p).toMatchObject({ kind: 'estimated', counted: null, complete: false, reasons: ['no compiler'] });
    expect(coverageText(p)).toBe('');
  });
  test('two engines are mixed, none is unknown', () => {
    expect(provenanceOf(session({ processes: [process({}), process({ engine: 'estimated' })] })).kind).toBe('mixed');
    expect(provenanceOf(session({})).kind).toBe('unknown');
  });
});

describe('endings', () => {
  test('a signal, a status, a broken connection, or still alive', () => {
    expect(endingOf(process({ signal: 'SIGKILL', lost: 'closed' }))).toBe('SIGKILL');
    expect(endingOf(process({ exitCode: 3 }))).toBe('exit 3');
    expect(endingOf(process({ lost: 'closed' }))).toBe('connection lost');
    expect(endingOf(process({}))).toBeNull();
  });
  test('a bad ending is marked', () => {
    expect(stateLabel(session({ state: 'ended', processes: [process({ exitCode: 1 })] })).tone).toBe('bad');
    expect(stateLabel(session({ state: 'ended', processes: [process({ exitCode: 0 })] })).tone).toBe('plain');
    expect(stateLabel(session({ state: 'stopped', alive: true })).text).toContain('runs on');
  });
});

test('an attached session says what the attach cost, and that it is detached', () => {
  const attached = (stoppedUs: number | null) =>
    attachedText(session({ attached: { way: 'ptrace', stoppedUs, totalUs: null } }));
  expect(plain(attached(912)!)).toBe('attached · thread stood still 912 µs');
  expect(attached(null)).toBe('attached');
  expect(attachedText(session({ attached: null }))).toBe(null);
  const state = (more: Partial<SessionInfo>) => stateLabel(session({ state: 'stopped', ...more })).text;
  expect(state({ kind: 'attach', alive: true })).toBe('detached · program runs on');
  expect(state({ kind: 'attach', alive: false })).toBe('detached');
  expect(state({ kind: 'launch', alive: true })).toBe('stopped · program runs on');
});
