import { describe, expect, it } from 'vitest';
import { PAGE_URL, isOwnPage, isTrustedSender } from './page.ts';

describe('who may ask', () => {
  it('takes our page in the top frame only', () => {
    expect(isTrustedSender({ url: PAGE_URL, parent: null })).toBe(true);
    expect(isTrustedSender({ url: PAGE_URL, parent: {} })).toBe(false);
    expect(isTrustedSender(null)).toBe(false);
    for (const url of ['app://gilscope.evil/', 'https://gilscope/', 'about:blank', 'data:text/html,x', ''])
      expect(isTrustedSender({ url, parent: null })).toBe(false);
  });

  it('takes the development server only where there is one', () => {
    const dev = 'http://localhost:5173';
    expect(isOwnPage('http://localhost:5173/index.html', dev)).toBe(true);
    expect(isOwnPage('http://localhost:5174/index.html', dev)).toBe(false);
    expect(isOwnPage('http://localhost:5173/index.html')).toBe(false);
    expect(isOwnPage('file:///x', 'file:///y')).toBe(false);
  });
});
