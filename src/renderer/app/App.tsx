/** The frame: banner, top bar, one page, and what floats above. Mounted by main.tsx. */
import { lazy, Suspense } from 'react';
import { useSessions } from '../store/sessions.ts';
import { useUi } from '../store/ui.ts';
import { StartPage } from '../start/StartPage.tsx';
import { DoctorPage } from '../doctor/DoctorPage.tsx';
import { LibraryPage } from '../library/LibraryPage.tsx';
import { ExportDialog } from '../export/ExportDialog.tsx';
import { ExportNotes } from '../export/ExportNotes.tsx';
import { Toasts } from '../ui/Toasts.tsx';
import { AttachDialog } from '../attach/AttachDialog.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { OpenPicker } from '../files/OpenButton.tsx';
import { ShortcutSheet } from './ShortcutSheet.tsx';
import { TopBar } from './TopBar.tsx';
import { useShellCommands } from './useShellCommands.ts';
import { useShortcuts } from './useShortcuts.ts';
import './app.css';

// Charts and terminal are most of the code and not needed to see the Start screen.
const SessionPage = lazy(() => import('./SessionPage.tsx').then((m) => ({ default: m.SessionPage })));
const ComparePage = lazy(() => import('../compare/ComparePage.tsx').then((m) => ({ default: m.ComparePage })));

const loading = (
  <div className="empty">
    <span className="spinner" />
  </div>
);

function Page() {
  const page = useUi((s) => s.page);
  const currentId = useSessions((s) => s.currentId);
  if (page === 'library') return <LibraryPage />;
  if (page === 'doctor') return <DoctorPage />;
  if (page === 'compare') {
    return (
      <Suspense fallback={loading}>
        <ComparePage />
      </Suspense>
    );
  }
  // Without a session the Start screen is the timeline's empty state.
  if (page === 'start' || currentId === null) return <StartPage />;
  return (
    <Suspense fallback={loading}>
      <SessionPage key={currentId} sessionId={currentId} />
    </Suspense>
  );
}

export function App() {
  useShortcuts();
  useShellCommands();
  const shortcutsOpen = useUi((s) => s.shortcutsOpen);
  const page = useUi((s) => s.page);
  const currentId = useSessions((s) => s.currentId);
  return (
    <div className="app">
      <ConnectionBanner />
      <TopBar />
      <main className="app__page">
        <ErrorBoundary attempt={`${page} ${currentId ?? ''}`}>
          <Page />
        </ErrorBoundary>
      </main>
      <OpenPicker />
      <AttachDialog />
      <ExportDialog />
      {shortcutsOpen && <ShortcutSheet />}
      <Toasts>
        <ExportNotes />
      </Toasts>
    </div>
  );
}
