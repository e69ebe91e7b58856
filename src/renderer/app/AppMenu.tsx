/** Theme and help, at the end of the top bar. */
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { useThemeStore, type ThemeChoice } from '../theme/theme.ts';
import { MenuButton } from '../ui/Menu.tsx';
import { KeyboardIcon, MoonIcon, SunIcon, SystemIcon } from '../ui/icons.tsx';

const CHOICES: readonly { choice: ThemeChoice; label: string }[] = [
  { choice: 'system', label: 'Follow the system' },
  { choice: 'light', label: 'Light' },
  { choice: 'dark', label: 'Dark' },
];
const ICON = { system: SystemIcon, light: SunIcon, dark: MoonIcon };

export function AppMenu() {
  const choice = useThemeStore((s) => s.choice);
  const patch = useSettings((s) => s.patch);
  const Icon = ICON[choice];
  return (
    <>
      <MenuButton
        label="Theme"
        className="btn btn--ghost btn--icon btn--small"
        testId="theme"
        items={CHOICES.map((c) => ({
          id: `theme-${c.choice}`,
          label: c.choice === choice ? `${c.label} ✓` : c.label,
          onPick: () => patch({ theme: c.choice }),
        }))}
      >
        <Icon />
      </MenuButton>
      <button
        type="button"
        className="btn btn--ghost btn--icon btn--small"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        data-testid="shortcuts-open"
        onClick={() => useUi.setState({ shortcutsOpen: true })}
      >
        <KeyboardIcon />
      </button>
    </>
  );
}
