/** How much of the time is exported: all, the selected range, or what the timeline shows. */
import { useId } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { formatNs } from '../lib/format.ts';
import type { Range } from '../store/view.ts';
import type { RangeKind } from './scope.ts';

interface Props {
  session: SessionInfo;
  ranges: Readonly<Record<RangeKind, Range | null>>;
  chosen: RangeKind;
  onChoose: (kind: RangeKind) => void;
}

const CHOICES: readonly { kind: RangeKind; label: string; none: string }[] = [
  { kind: 'whole', label: 'Whole session', none: '' },
  { kind: 'selection', label: 'Selected range', none: 'drag on the timeline to select one' },
  { kind: 'view', label: 'What is in view', none: 'nothing of the session is in view' },
];

export function RangeChoice({ session, ranges, chosen, onChoose }: Props) {
  const name = useId();
  const live = session.state === 'recording';
  const text = (kind: RangeKind, none: string): string => {
    const range = ranges[kind];
    if (range === null) return none;
    if (kind === 'whole') return formatNs(range.end) + (live ? ' so far' : '');
    return `${formatNs(range.end - range.start)}, from ${formatNs(range.start)}`;
  };
  return (
    <fieldset className="export__part">
      <legend>Time</legend>
      {CHOICES.map(({ kind, label, none }) => (
        <label key={kind} className="check" data-off={ranges[kind] === null || undefined}>
          <input
            type="radio"
            name={name}
            data-testid={`export-range-${kind}`}
            disabled={ranges[kind] === null}
            checked={kind === chosen}
            onChange={() => onChoose(kind)}
          />
          <span>{label}</span>
          <span className="muted small">{text(kind, none)}</span>
        </label>
      ))}
    </fieldset>
  );
}
