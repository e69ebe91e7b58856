import { describe, expect, it } from 'vitest';
import { hostAllowed, originAllowed, tokenAllowed } from './guard.ts';

describe('guard', () => {
  it('knows its own names only', () => {
    expect(hostAllowed('127.0.0.1:4000', 4000)).toBe(true);
    expect(hostAllowed('LOCALHOST:4000', 4000)).toBe(true);
    expect(hostAllowed('127.0.0.1:4001', 4000)).toBe(false);
    expect(hostAllowed('127.0.0.1.evil.test:4000', 4000)).toBe(false);
    expect(hostAllowed('evil.test', 4000)).toBe(false);
    expect(hostAllowed(undefined, 4000)).toBe(false);
  });

  it('takes no page of another origin', () => {
    expect(originAllowed('http://localhost:4000', 4000, true)).toBe(true);
    expect(originAllowed('https://localhost:4000', 4000, true)).toBe(false);
    expect(originAllowed('http://localhost:4000.evil.test', 4000, true)).toBe(false);
    expect(originAllowed('null', 4000, true)).toBe(false);
    expect(originAllowed(undefined, 4000, true)).toBe(false);
    expect(originAllowed(undefined, 4000, false)).toBe(true);
  });

  it('wants the whole token, in its place', () => {
    expect(tokenAllowed('gilscope, abc', 'abc')).toBe(true);
    expect(tokenAllowed('gilscope, ab', 'abc')).toBe(false);
    expect(tokenAllowed('gilscope', 'abc')).toBe(false);
    expect(tokenAllowed('abc', 'abc')).toBe(false);
    expect(tokenAllowed('gilscope, abc, x', 'abc')).toBe(false);
    expect(tokenAllowed(undefined, 'abc')).toBe(false);
  });
});
