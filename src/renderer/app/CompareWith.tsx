/** From a session to a comparison of it with another: one that is open, or a recent recording. */
import { sortRecents, useRecents } from '../library/recents.ts';
import { formatWhen } from '../lib/format.ts';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { compareRecordings } from '../store/compare.ts';
import { useSessions } from '../store/sessions.ts';
import { MenuButton, type MenuItem } from '../ui/Menu.tsx';

const MOST = 8;

interface Other {
  path: string;
  title: string;
  hint: string;
}

export function CompareWith({ session }: { session: SessionInfo }) {
  const recents = useRecents().items;
  const byId = useSessions((s) => s.byId);
  const { path, title } = session;
  if (path === null) return null;
  const open = Object.values(byId).flatMap((other): Other[] =>
    other.path === null || other.state === 'recording' || other.state === 'starting' || other.state === 'failed'
      ? []
      : [{ path: other.path, title: other.title, hint: 'open' }],
  );
  const known = new Set([path, ...open.map((other) => other.path)]);
  const newest = sortRecents(recents, { key: 'created', descending: true }).filter(
    (r) => r.exists && !known.has(r.path),
  );
  const others = [
    ...open.filter((other) => other.path !== path),
    ...newest.map((r): Other => ({ path: r.path, title: r.title, hint: formatWhen(r.created, new Date()) })),
  ].slice(0, MOST);
  if (others.length === 0) return null;
  return (
    <MenuButton
      label="Compare with another recording"
      className="btn hide-narrow"
      testId="compare-with"
      items={others.map((other, i): MenuItem => {
        return {
          id: `compare-with-${i}`,
          label: other.title,
          hint: other.hint,
          onPick: () => void compareRecordings([{ path, title }, other]),
        };
      })}
    >
      Compare with…
    </MenuButton>
  );
}
