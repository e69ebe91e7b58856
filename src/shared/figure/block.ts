/** Parts of a figure, one under the other. Pure. */
import { svg, type SvgNode } from '../draw/svg.ts';

export interface Block {
  /** Pixels. */
  readonly height: number;
  readonly nodes: readonly SvgNode[];
}

export function moved(nodes: readonly SvgNode[], x: number, y: number): SvgNode {
  return svg('g', { transform: `translate(${x} ${y})` }, ...nodes);
}

/** @param gap pixels between two; blocks without height take none */
export function stack(blocks: readonly Block[], gap: number): Block {
  let height = 0;
  const nodes: SvgNode[] = [];
  for (const block of blocks) {
    if (block.height === 0) continue;
    if (height > 0) height += gap;
    nodes.push(moved(block.nodes, 0, height));
    height += block.height;
  }
  return { height, nodes };
}
