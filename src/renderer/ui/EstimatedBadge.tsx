/** Beside figures that are estimated, not measured, with the reason. */
import { TermTip } from '../help/Term.tsx';
import type { Provenance } from '../../shared/provenance.ts';

interface Props {
  provenance: Provenance;
  testId: string;
}

export function EstimatedBadge({ provenance: { kind, reasons }, testId }: Props) {
  if (kind !== 'estimated' && kind !== 'mixed') return null;
  return (
    <TermTip
      word="engine"
      lead={reasons.length > 0 ? reasons.join(' ') : 'Holds and waits are estimated, not measured.'}
    >
      <span className="badge badge--warn" tabIndex={0} data-testid={testId}>
        {kind === 'mixed' ? 'partly estimated' : 'estimated'}
      </span>
    </TermTip>
  );
}
