/**
 * Colours and fonts of an exported figure: those of styles/tokens.css as values, for a figure has no style sheet, and is light unless asked
 * otherwise whatever the window's theme. A test holds the two together. Pure.
 */
import type { Theme } from '../draw/colours.ts';

/** By the names of the tokens. */
export interface Palette {
  readonly bg: string;
  readonly panel: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly wait: string;
  readonly info: string;
}

export const TOKENS: Readonly<Record<Theme, Palette>> = {
  dark: {
    bg: '#0e1116',
    panel: '#151a21',
    line: '#252d38',
    text: '#e7ebf1',
    muted: '#8d97a7',
    accent: '#f2b134',
    wait: '#e5533d',
    info: '#56b4e9',
  },
  light: {
    bg: '#f6f7f9',
    panel: '#ffffff',
    line: '#dfe3e9',
    text: '#1a2029',
    muted: '#5c6675',
    accent: '#b87700',
    wait: '#c93a24',
    info: '#1a78b3',
  },
};

/** Paper is white. */
export const paletteOf = (theme: Theme): Palette => ({ ...TOKENS[theme], ...(theme === 'light' && { bg: '#ffffff' }) });

/** What the reader's system has: the window's fonts are not embedded (text.ts leaves room for wider ones). */
export const FONT = "Inter, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
export const MONO = "'JetBrains Mono', ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
