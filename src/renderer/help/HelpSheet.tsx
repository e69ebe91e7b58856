/** All words on one sheet: a list that can be searched, and the word that was asked about. F1, the "?" menu, and every Term open it. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../ui/Dialog.tsx';
import { walkFocus } from '../ui/Menu.tsx';
import { Drawing } from './Drawing.tsx';
import { closeHelp, openHelp, useHelp } from './store.ts';
import { GROUPS, searchWords, WORDS, type WordId } from './words.ts';
import './help.css';

function WordList({ found, at, grouped }: { found: readonly WordId[]; at: WordId; grouped: boolean }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    box.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const item = (id: WordId) => (
    <button
      key={id}
      type="button"
      className="help__item"
      aria-current={id === at}
      data-testid={`help-word-${id}`}
      onClick={() => openHelp(id)}
    >
      {WORDS[id].title}
    </button>
  );
  return (
    <nav ref={box} className="help__list" aria-label="Words" onKeyDown={(event) => walkFocus(event, '.help__item')}>
      {grouped
        ? GROUPS.map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              {found.filter((id) => WORDS[id].group === group).map(item)}
            </section>
          ))
        : found.map(item)}
      {found.length === 0 && <p className="muted small">No word fits. Try fewer letters.</p>}
    </nav>
  );
}

function Article({ word }: { word: WordId }) {
  const { title, short, more, measured, related } = WORDS[word];
  return (
    <article className="help__article" aria-live="polite" data-testid="help-article" data-word={word}>
      <h1>{title}</h1>
      <p className="help__short">{short}</p>
      <figure className="help__figure">
        <Drawing word={word} />
      </figure>
      {more.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <section className="help__measured">
        <h2>How it is measured, and how sure</h2>
        <p>{measured}</p>
      </section>
      <p className="help__related">
        <span className="muted">See also</span>
        {related.map((id) => (
          <button key={id} type="button" className="link" data-testid={`help-see-${id}`} onClick={() => openHelp(id)}>
            {WORDS[id].title}
          </button>
        ))}
      </p>
    </article>
  );
}

function Sheet({ at }: { at: WordId }) {
  const [search, setSearch] = useState('');
  const found = searchWords(search);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && found.length > 0) openHelp(found[0]);
    else if (event.key === 'ArrowDown')
      event.currentTarget.closest('.help')?.querySelector<HTMLElement>('.help__item')?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="What the words mean" width={860} testId="help" onClose={closeHelp}>
      <div className="help">
        <div className="help__side">
          <input
            className="input"
            type="search"
            placeholder="Search"
            aria-label="Search the words"
            data-autofocus
            data-testid="help-search"
            value={search}
            onChange={(event) => {
              const { value } = event.target;
              setSearch(value);
              const [first] = searchWords(value);
              if (value.trim() !== '' && first !== undefined) openHelp(first);
            }}
            onKeyDown={onKey}
          />
          <WordList found={found} at={at} grouped={search.trim() === ''} />
        </div>
        <Article key={at} word={at} />
      </div>
    </Dialog>
  );
}

export function HelpSheet() {
  const at = useHelp((s) => s.at);
  return at === null ? null : <Sheet at={at} />;
}
