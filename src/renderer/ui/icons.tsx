/** Icons, drawn for this window on a 16 px grid; they take the colour of the text. */
import type { ReactNode } from 'react';

const icon = (children: ReactNode) =>
  function Icon({ size = 16 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {children}
      </svg>
    );
  };

export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const ChevronIcon = icon(<path d="m4.5 6.5 3.5 3.5 3.5-3.5" />);
export const FolderIcon = icon(<path d="M2 4.5v7.5h12V5.5H8L6.5 4H2.5z" />);
export const FileIcon = icon(<path d="M4 2h5l3 3v9H4zM9 2v3h3" />);
export const UpIcon = icon(<path d="M8 13V3.5M4 7l4-4 4 4" />);
export const PlusIcon = icon(<path d="M8 3v10M3 8h10" />);
export const TrashIcon = icon(<path d="M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.5 9h6l.5-9" />);
export const CopyIcon = icon(<path d="M6 5.5h7.5V14H6zM3 10.5H2.5V2H10v.5" />);
export const PlayIcon = icon(<path d="M5 3.5v9l7.5-4.5z" fill="currentColor" />);
export const SearchIcon = icon(<path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14" />);
export const HelpIcon = icon(
  <path d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM6 6.3a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M8 11.6h0" />,
);
export const SunIcon = icon(
  <path d="M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7" />,
);
export const MoonIcon = icon(<path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z" />);
export const SystemIcon = icon(<path d="M2 3h12v8H2zM6 14h4M8 11v3" />);
export const FitIcon = icon(<path d="M3 4v8M13 4v8M5 8h6M6.5 6.5 5 8l1.5 1.5M9.5 6.5 11 8 9.5 9.5" />);
export const FunnelIcon = icon(<path d="M3 4h10L9.2 8.4v3.8l-2.4-1.2V8.4z" />);
export const ArrowIcon = icon(<path d="M3 8h9.5M9 4.5 12.5 8 9 11.5" />);

export const PictureIcon = icon(<path d="M2 3h12v10H2zM2 11l3.5-3.5L8 10l2.5-2.5L14 11M10.8 5.6h0" />);
export const ExportIcon = icon(<path d="M8 10V2M5 5l3-3 3 3M5 7.5H3V14h10V7.5h-2" />);

export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <clipPath id="logo-clip">
        <rect x="1" y="1" width="18" height="18" rx="5" />
      </clipPath>
      <g clipPath="url(#logo-clip)">
        <path d="M1 1h18v18H1z" fill="#e69f00" />
        <path d="M1 1h10v10H1z" fill="#009e73" />
        <path d="M3 19a9 9 0 0 1 16-9v9z" fill="#56b4e9" />
      </g>
    </svg>
  );
}
