/** Tags as chips: Enter or a comma ends one, Backspace in the empty field takes the last one off. */
import { useId, useState, type KeyboardEvent } from 'react';
import { CloseIcon } from '../ui/icons.tsx';

const MOST_TAGS = 30;
const LONGEST_TAG = 60;

interface Props {
  tags: readonly string[];
  onChange: (tags: string[]) => void;
}

export function TagsField({ tags, onChange }: Props) {
  const [typed, setTyped] = useState('');
  const id = useId();
  const add = (text: string) => {
    const fresh = text.split(',').map((tag) => tag.trim().slice(0, LONGEST_TAG));
    onChange([...new Set([...tags, ...fresh.filter((tag) => tag !== '')])].slice(0, MOST_TAGS));
    setTyped('');
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && typed.trim() !== '') {
      // Else it would send the form, without the tag.
      event.preventDefault();
      add(typed);
    } else if (event.key === 'Backspace' && typed === '') onChange(tags.slice(0, -1));
  };
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        Tags
      </label>
      <div className="tags">
        {tags.map((tag) => (
          <span key={tag} className="tag">
            <span className="ellipsis">{tag}</span>
            <button
              type="button"
              className="tag__off"
              aria-label={`Take off the tag ${tag}`}
              onClick={() => onChange(tags.filter((other) => other !== tag))}
            >
              <CloseIcon size={10} />
            </button>
          </span>
        ))}
        <input
          id={id}
          className="input tags__input"
          data-testid="words-tag"
          placeholder={tags.length === 0 ? 'slow, before the fix' : ''}
          value={typed}
          onKeyDown={onKey}
          onBlur={() => add(typed)}
          onChange={(event) =>
            event.target.value.includes(',') ? add(event.target.value) : setTyped(event.target.value)
          }
        />
      </div>
    </div>
  );
}
