/**
 * Buttons: plain, link, icon, feedback, and the overflow menu.
 * Invariant: a button that has acted shows that it waits, and cannot act twice at once.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ElementProps } from './parts.js';
import { withEmoji } from './emoji.js';
import { actionId } from './form.js';
import { Icon, type IconName } from './icons.js';
import { obj, objs, str, words, type Obj } from './json.js';
import { MenuButton } from './menu.js';
import { useDesk } from './desk.js';
import { useSurface } from './surface.js';
import { safeHref } from './text-tree.js';

export function ButtonElement({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const [busy, setBusy] = useState(false);
  const text = withEmoji(words(element.text));
  const href = safeHref(str(element.url));
  const style = `button ${str(element.style, 'plain-style')}`;
  const label = str(element.accessibility_label) || undefined;
  const press = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    await surface.act(slot, element, 'value' in element ? { value: str(element.value) } : {});
    setBusy(false);
  };
  if (href !== null) {
    return (
      <a
        class={style}
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={label}
        data-action-id={actionId(element)}
        onClick={() => void press()}
      >
        {text}
      </a>
    );
  }
  return (
    <button
      type="button"
      class={style}
      aria-busy={busy}
      aria-label={label}
      data-action-id={actionId(element)}
      onClick={() => void press()}
    >
      <span class="button-text">{text}</span>
      {busy && <span class="spinner" />}
    </button>
  );
}

export function IconButton({ element, slot }: ElementProps): VNode | null {
  const surface = useSurface();
  const { person } = useDesk();
  const visibleTo = element.visible_to_user_ids;
  if (Array.isArray(visibleTo) && !visibleTo.includes(person.id)) return null;
  const label = str(element.accessibility_label, words(element.text));
  const icon: IconName = str(element.icon) === 'trash' ? 'trash' : 'more';
  const press = (): void => void surface.act(slot, element, { value: str(element.value) });
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={words(element.text)}
      data-action-id={actionId(element)}
      onClick={press}
    >
      <Icon name={icon} size={18} />
    </button>
  );
}

export function FeedbackButtons({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const [chosen, setChosen] = useState('');
  const side = (key: 'positive_button' | 'negative_button', icon: IconName): VNode => {
    const button = obj(element[key]);
    const press = (): void => {
      setChosen(key);
      void surface.act(slot, element, { value: str(button.value) });
    };
    const label = str(button.accessibility_label, words(button.text));
    return (
      <button
        type="button"
        class="icon-button"
        aria-pressed={chosen === key}
        aria-label={label}
        title={words(button.text)}
        onClick={press}
      >
        <Icon name={icon} size={18} />
      </button>
    );
  };
  return (
    <span
      class="feedback"
      role="group"
      aria-label={slot.label || 'Feedback'}
      data-action-id={actionId(element)}
    >
      {side('positive_button', 'thumbsup')}
      {side('negative_button', 'thumbsdown')}
    </span>
  );
}

export function OverflowMenu({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const choose = (option: Obj): void => {
    const href = safeHref(str(option.url));
    if (href !== null) window.open(href, '_blank', 'noopener,noreferrer');
    void surface.act(slot, element, { selected: str(option.value) });
  };
  return (
    <MenuButton
      label="More options"
      icon="more"
      class="button plain-style overflow"
      action={actionId(element)}
      items={objs(element.options).map((option) => ({
        name: withEmoji(words(option.text)),
        note: withEmoji(words(option.description)),
        act: () => choose(option),
      }))}
    />
  );
}
