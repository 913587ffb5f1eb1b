/** Line icons, drawn here. Invariant: decorative only; the element around them carries the name. */
import type { VNode } from 'preact';
import { paths } from './icon-paths.js';

export type IconName = keyof typeof paths;

interface DrawingProps {
  path: string;
  size: number;
  filled?: boolean;
}

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): VNode {
  return <Drawing path={paths[name]} size={size} />;
}

/** A path on a field of 20 by 20. */
export function Drawing({ path, size, filled = false }: DrawingProps): VNode {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d={path}
        fill={filled ? 'currentColor' : 'none'}
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
