/** Line icons, drawn here. Invariant: decorative only; whatever they stand on carries the name. */
import type { VNode } from 'preact';

const PATHS = {
  home: 'M3 9.2 10 3.5l7 5.7V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1Z',
  world:
    'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Zm0 0c2.4 2 3.4 4.6 3.4 7.5S12.4 15.5 10 17.5C7.6 15.5 6.6 12.9 6.6 10S7.6 4.5 10 2.5ZM2.8 10h14.4',
  gallery:
    'M3 4.5A1.5 1.5 0 0 1 4.5 3h4v6H3ZM11.5 3h4A1.5 1.5 0 0 1 17 4.5V7h-5.5ZM3 12h5.5v5h-4A1.5 1.5 0 0 1 3 15.5ZM11.5 10H17v5.5a1.5 1.5 0 0 1-1.5 1.5h-4Z',
  pulse: 'M2.5 10.5h3.2l2.2-6 3.7 11 2.3-5h3.6',
  bolt: 'M11 2.5 4.5 11.5H9l-.5 6 7-9.5H11Z',
  clip: 'm14.5 9-5.2 5.2a2.6 2.6 0 0 1-3.7-3.7l6.4-6.4a1.7 1.7 0 0 1 2.4 2.4l-6.2 6.2a.8.8 0 0 1-1.2-1.2L12 6.5',
  pin: 'm12 3 5 5-2 .6-3 3 .2 3.2-1.4 1.4L4.6 10 6 8.6l3.2.2 3-3ZM7.5 12.5l-4 4',
  close: 'm4.5 4.5 11 11m0-11-11 11',
  chevron: 'm5 7.5 5 5 5-5',
  right: 'm7.5 5 5 5-5 5',
  left: 'm12.5 5-5 5 5 5',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  send: 'M3.3 16.3 17.3 10 3.3 3.7l1.6 5.2L11 10l-6.1 1.1Z',
  thread:
    'M3 4.5A1.5 1.5 0 0 1 4.5 3h11A1.5 1.5 0 0 1 17 4.5v8a1.5 1.5 0 0 1-1.5 1.5H10l-3.8 3.2V14H4.5A1.5 1.5 0 0 1 3 12.5ZM6.5 7h7M6.5 10h4.5',
  more: 'M10 4a.5.5 0 1 0 .01 0ZM10 9.5a.5.5 0 1 0 .01 0ZM10 15a.5.5 0 1 0 .01 0Z',
  eye: 'M2 10s2.8-5 8-5 8 5 8 5-2.8 5-8 5-8-5-8-5Zm8 2.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  check: 'm4 10.5 4 4 8-9',
  search: 'M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12Zm4.3-1.7L17.5 17.5',
  lock: 'M5.5 9h9v7.5h-9Zm2-.2V6.5a2.5 2.5 0 0 1 5 0v2.3',
  hash: 'M8 3 6.5 17M13.5 3 12 17M3.5 7.5h14M2.5 12.5h14',
  warning: 'M10 3 18 16.5H2ZM10 8v4M10 14.3v.01',
  file: 'M5 2.5h6.5L15.5 6.5V17.5H5Zm6.3 0v4.2h4.2',
  play: 'M6.5 4v12l10-6Z',
  stop: 'M5 5h10v10H5Z',
  up: 'M10 16V4.5M5.5 9 10 4.5 14.5 9',
  down: 'M10 4v11.5M5.5 11 10 15.5 14.5 11',
  sort: 'm6.5 8 3.5-3.5L13.5 8m-7 4 3.5 3.5 3.5-3.5',
  thumbsup: 'M6 9v7.5H3V9ZM6 9l3.5-6c1.3 0 2 .9 2 2v3H16a1.5 1.5 0 0 1 1.4 1.9l-1.5 5.2a2 2 0 0 1-1.9 1.4H6',
  thumbsdown:
    'M6 11V3.5H3V11Zm0 0 3.5 6c1.3 0 2-.9 2-2v-3H16a1.5 1.5 0 0 0 1.4-1.9l-1.5-5.2A2 2 0 0 0 14 3.5H6',
  trash: 'M3.5 5.5h13M8 5.5V3.5h4v2M5.3 5.5l.7 11.5h8l.7-11.5M8.3 8.5v5.5m3.4-5.5v5.5',
  pencil: 'M4 16l.7-3.3L13.5 4 16 6.5l-8.7 8.8Z',
  calendar: 'M3 5h14v12H3Zm0 4h14M6.5 3v3.5m7-3.5v3.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): VNode {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
