/** An arrow in a card's head: on to what is before or after. */
import { ArrowIcon } from '../../ui/icons.tsx';

interface Props {
  label: string;
  back?: boolean;
  disabled?: boolean;
  onGo: () => void;
}

export function NeighbourButton({ label, back = false, disabled = false, onGo }: Props) {
  return (
    <button
      type="button"
      className={`tl-iconbtn${back ? ' tl-iconbtn--back' : ''}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onGo}
    >
      <ArrowIcon size={14} />
    </button>
  );
}
