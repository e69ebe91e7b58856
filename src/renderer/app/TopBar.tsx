/** The header: where one is, which session, how exact it is, and what can be done to it. */
import { useCurrentSession } from '../store/sessions.ts';
import { editLaunch } from '../store/actions.ts';
import { useUi, type Page } from '../store/ui.ts';
import { Logo, PlusIcon } from '../ui/icons.tsx';
import { MenuButton, type MenuItem } from '../ui/Menu.tsx';
import { AppMenu } from './AppMenu.tsx';
import { CoveragePill, EventsPill } from './Pills.tsx';
import { SessionActions } from './SessionActions.tsx';
import { SessionChip } from './SessionChip.tsx';

const TABS: readonly { page: Page; label: string }[] = [
  { page: 'timeline', label: 'Timeline' },
  { page: 'compare', label: 'Compare' },
  { page: 'library', label: 'Library' },
];

const NEW: readonly MenuItem[] = [
  { id: 'launch', label: 'Launch a program…', onPick: () => editLaunch(null) },
  {
    id: 'attach',
    label: 'Attach to a running program…',
    hint: 'Ctrl+Shift+A',
    onPick: () => useUi.setState({ attaching: true }),
  },
  { id: 'open', label: 'Open a recording…', onPick: () => useUi.setState({ picking: true }) },
];

function Tabs() {
  const page = useUi((s) => s.page);
  const go = useUi((s) => s.go);
  return (
    <nav className="segments" aria-label="Pages" role="tablist">
      {TABS.map((tab) => (
        <button
          key={tab.page}
          type="button"
          role="tab"
          className="segments__item"
          aria-selected={page === tab.page}
          data-testid={`page-${tab.page}`}
          onClick={() => go(tab.page)}
        >
          {tab.label}
        </button>
      ))}
    </nav>
  );
}

export function TopBar() {
  const session = useCurrentSession();
  const page = useUi((s) => s.page);
  const go = useUi((s) => s.go);
  return (
    <header className="topbar">
      <button type="button" className="topbar__brand" aria-label="gilscope: start screen" onClick={() => go('start')}>
        <Logo /> <span className={session === null ? undefined : 'hide-narrow'}>gilscope</span>
      </button>
      <Tabs />
      {session !== null && <SessionChip session={session} />}
      {session === null && <div className="topbar__space" />}
      {session !== null && page === 'timeline' && session.state !== 'failed' && (
        <>
          <CoveragePill session={session} />
          <EventsPill session={session} />
        </>
      )}
      <div className="topbar__actions">
        {session !== null && page === 'timeline' && <SessionActions key={session.id} session={session} />}
        {session !== null && page !== 'start' && (
          <MenuButton label="New recording" className="btn btn--icon" testId="new-session" items={NEW}>
            <PlusIcon />
          </MenuButton>
        )}
        <AppMenu />
      </div>
    </header>
  );
}
