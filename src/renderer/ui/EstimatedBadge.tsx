/** Beside figures that are estimated, not measured, with the reason. */
import type { Provenance } from '../lib/provenance.ts';
import { Tooltip } from './Tooltip.tsx';

interface Props {
  provenance: Provenance;
  testId: string;
}

export function EstimatedBadge({ provenance: { kind, reasons }, testId }: Props) {
  if (kind !== 'estimated' && kind !== 'mixed') return null;
  return (
    <Tooltip text={reasons.length > 0 ? reasons.join(' ') : 'Holds and waits are estimated, not measured.'}>
      <span className="badge badge--warn" tabIndex={0} data-testid={testId}>
        {kind === 'mixed' ? 'partly estimated' : 'estimated'}
      </span>
    </Tooltip>
  );
}
