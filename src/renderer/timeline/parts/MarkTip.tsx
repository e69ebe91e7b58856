/** Tooltip of a row of marks: the region the mouse is in, those around it, and the instants there. */
import type { ReactNode } from 'react';
import { count, formatNs } from '../../lib/format.ts';
import type { MarkHit } from '../model/markRow.ts';

interface Props {
  hit: MarkHit;
  thread: string;
  colour: string;
  at: (ns: number) => ReactNode;
}

export function MarkTip({ hit, thread, colour, at }: Props) {
  const inner = hit.regions.at(-1) ?? null;
  const around = hit.regions.slice(0, -1).reverse();
  return (
    <>
      <div className="tl-tip__title">
        <i style={{ background: colour }} />
        <span className="ellipsis">{inner?.name ?? thread}</span>
        {inner !== null && (
          <b>{inner.open ? `${formatNs(inner.end - inner.start)}, not ended` : formatNs(inner.end - inner.start)}</b>
        )}
      </div>
      {inner !== null && (
        <div>
          from {at(inner.start)} in {thread}
        </div>
      )}
      {around.map((region, i) => (
        <div key={i} className="ellipsis">
          within {region.name}, {formatNs(region.end - region.start)}
        </div>
      ))}
      {hit.instants.map((instant, i) => (
        <div key={`i${i}`} className="ellipsis">
          {instant.name} at {at(instant.at)}
        </div>
      ))}
      {hit.crowd !== null && (
        <div className="tl-tip__bin">
          this column, {formatNs(hit.crowd.ns)}:{' '}
          {[
            ...(hit.crowd.regions > 0 ? [`${count(hit.crowd.regions, 'region', 'regions')} begin`] : []),
            ...(hit.crowd.instants > 0 ? [count(hit.crowd.instants, 'instant', 'instants')] : []),
          ].join(', ')}
          ; zoom in for each
        </div>
      )}
      {inner !== null && <div className="tl-tip__hint">click to select it</div>}
    </>
  );
}
