/** Entry of the window, in both shells. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/floating.css';
import { App } from './app/App.tsx';
import { startLive } from './store/live.ts';
import { startTheme } from './theme/theme.ts';

/** The session page is fetched ahead of its first use, once the Start screen is up. */
const PREFETCH_AFTER_MS = 1500;

startTheme();
startLive();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

setTimeout(() => void import('./app/SessionPage.tsx').catch(() => undefined), PREFETCH_AFTER_MS);
