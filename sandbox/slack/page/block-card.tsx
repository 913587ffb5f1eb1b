/** Card, carousel and container. Invariant: a container's children are blocks like any others, inputs included. */
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { BlockProps } from './parts.js';
import { ImageElement } from './block-image.js';
import { Element } from './element.js';
import { withEmoji } from './emoji.js';
import { blockId } from './form.js';
import { Icon } from './icons.js';
import { obj, objs, str, words, type Obj } from './json.js';
import { richTextTree } from './rich-text.js';
import { TextObject, Tree } from './rich.js';
import { SlackIcon } from './slack-icon.js';

export function Card({ block, id }: BlockProps): VNode {
  return (
    <article class="card">
      {block.hero_image !== undefined && (
        <div class="card-hero">
          <ImageElement element={obj(block.hero_image)} />
        </div>
      )}
      <div class="card-head">
        {block.icon !== undefined && <ImageElement element={obj(block.icon)} />}
        {block.slack_icon !== undefined && <SlackIcon name={str(obj(block.slack_icon).name)} />}
        <div>
          {block.title !== undefined && (
            <div class="card-title">
              <TextObject text={obj(block.title)} />
            </div>
          )}
          {block.subtitle !== undefined && (
            <div class="card-subtitle">
              <TextObject text={obj(block.subtitle)} />
            </div>
          )}
        </div>
      </div>
      {block.body !== undefined && (
        <div class="card-body">
          <TextObject text={obj(block.body)} />
        </div>
      )}
      {block.subtext !== undefined && (
        <div class="card-subtext">
          <TextObject text={obj(block.subtext)} />
        </div>
      )}
      {objs(block.actions).length > 0 && (
        <div class="card-actions">
          {objs(block.actions).map((button, at) => (
            <div key={at} class={`card-action ${str(button.style, 'default')}`}>
              <Element element={button} slot={{ block: id, dispatches: true, label: '' }} />
            </div>
          ))}
        </div>
      )}
    </article>
  );
}

export function Carousel({ block, nested }: BlockProps): VNode {
  const strip = useRef<HTMLDivElement>(null);
  const cards = objs(block.elements);
  const scroll = (direction: number): void =>
    strip.current?.scrollBy({ left: direction * 280, behavior: 'smooth' });
  return (
    <div class="carousel-frame">
      <div ref={strip} class="carousel-strip" role="group" aria-label={`${cards.length} cards`} tabIndex={0}>
        {cards.map((card, at) => (
          <Card key={at} block={card} id={blockId(card, at)} nested={nested} />
        ))}
      </div>
      {cards.length > 1 && (
        <div class="carousel-arrows">
          <button type="button" class="icon-button" aria-label="Earlier cards" onClick={() => scroll(-1)}>
            <Icon name="left" size={16} />
          </button>
          <button type="button" class="icon-button" aria-label="Further cards" onClick={() => scroll(1)}>
            <Icon name="right" size={16} />
          </button>
        </div>
      )}
    </div>
  );
}

export function Container({ block, nested }: BlockProps): VNode {
  const collapsible = block.is_collapsible === true;
  const [open, setOpen] = useState(!(collapsible && block.default_collapsed === true));
  const head = <ContainerHead block={block} />;
  return (
    <div class={`container-box ${str(block.width, 'standard')}`}>
      {collapsible ? (
        <button type="button" class="container-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          {head}
          <Icon name={open ? 'chevron' : 'right'} size={18} />
        </button>
      ) : (
        <div class="container-head">{head}</div>
      )}
      {open && block.has_header_divider === true && <hr />}
      {open && <div class="container-body">{nested(objs(block.child_blocks))}</div>}
    </div>
  );
}

function ContainerHead({ block }: { block: Obj }): VNode {
  const title =
    block.rich_text_title === undefined ? (
      withEmoji(words(block.title))
    ) : (
      <Tree blocks={richTextTree(obj(block.rich_text_title))} />
    );
  return (
    <>
      {block.icon !== undefined && <ImageElement element={obj(block.icon)} />}
      <span class="container-title">
        <strong>{title}</strong>
        {block.subtitle !== undefined && (
          <small>
            <TextObject text={obj(block.subtitle)} />
          </small>
        )}
      </span>
    </>
  );
}
