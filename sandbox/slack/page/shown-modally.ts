/** Opens a native dialog while its part is drawn. Invariant: focus goes back to where it was when the part goes away. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

export function useShownModally(dialog: RefObject<HTMLDialogElement>): void {
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, [dialog]);
}
