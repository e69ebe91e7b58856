/** A word's drawing, in the colours of the theme. */
import { createElement, memo, useId, useMemo, type ReactNode } from 'react';
import type { SvgNode } from '../../shared/draw/svg.ts';
import { threadColour } from '../../shared/draw/colours.ts';
import { useTheme } from '../theme/theme.ts';
import { svgInk } from '../../shared/draw/svgPen.ts';
import { drawScene } from './draw.ts';
import { SCENES } from './scenes.ts';
import type { WordId } from './words.ts';

const COLOURS = {
  bg: 'var(--bg)',
  panel: 'var(--panel)',
  line: 'var(--line)',
  text: 'var(--text)',
  muted: 'var(--muted)',
  accent: 'var(--accent)',
  wait: 'var(--wait)',
};

/** React has its own names for attributes with a hyphen. */
const reactName = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function toReact(node: SvgNode | string, key: number): ReactNode {
  if (typeof node === 'string') return node;
  const attributes = Object.entries(node.attributes).map(([name, value]) => [reactName(name), value] as const);
  return createElement(node.tag, { key, ...Object.fromEntries(attributes) }, ...node.children.map(toReact));
}

export const Drawing = memo(function Drawing({ word }: { word: WordId }) {
  const theme = useTheme();
  const id = useId();
  const { alt } = SCENES[word];
  const { width, height, content } = useMemo(() => {
    const { ink, defs } = svgInk(COLOURS, 'var(--font-ui)', theme === 'dark', id);
    const drawing = drawScene(SCENES[word], (slot) => threadColour(slot, theme), ink);
    return { ...drawing, content: [defs, ...drawing.nodes].map(toReact) };
  }, [word, theme, id]);
  return (
    <svg
      className="help-drawing"
      role="img"
      aria-label={alt}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      {content}
    </svg>
  );
});
