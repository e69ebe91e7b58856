/** The frame of a page that stands alone: its policy, its colours in both themes, its style. Pure. */
import { paletteOf, TOKENS, type Palette } from '../../figure/palette.ts';
import { el, toHtml, type Element } from './element.ts';

export interface Frame {
  title: string;
  /** Version of the gilscope that writes it. */
  gilscope: string;
  /** What the policy calls its one script; null: it has none. */
  script: string | null;
  style: string;
}

const policy = (script: string | null): string =>
  [
    "default-src 'none'",
    ...(script === null ? [] : [`script-src '${script}'`]),
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const tokens = (palette: Palette): string =>
  Object.entries(palette)
    .map(([token, value]) => `--${token}:${value};`)
    .join('');

/** What is different where it is dark, as declarations; and on paper, which is always light. */
export const DARK = `color-scheme:dark;${tokens(TOKENS.dark)}`;
export const LIGHT = `:root{color-scheme:light;${tokens(TOKENS.light)}}@media print{:root{${tokens(paletteOf('light'))}}}`;

/** Up to and with the begin of the body. */
export function opened({ title, gilscope, script, style }: Frame): string {
  const meta = (attributes: Element['attributes']): string => `${toHtml(el('meta', attributes))}\n`;
  return (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    meta({ 'http-equiv': 'Content-Security-Policy', content: policy(script) }) +
    meta({ name: 'viewport', content: 'width=device-width, initial-scale=1' }) +
    meta({ name: 'generator', content: `gilscope ${gilscope}` }) +
    `${toHtml(el('title', {}, `${title.slice(0, 200)} – gilscope`))}\n` +
    `<style>${style}</style>\n</head>\n<body>\n`
  );
}

export const footer = (gilscope: string): Element =>
  el(
    'footer',
    { class: 'muted' },
    `Made by gilscope ${gilscope}. This file is complete: it asks nothing of any network.`,
  );
